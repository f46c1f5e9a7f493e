/** A line of a file that cannot be taken, by its number from 1. */
export class LineFault extends Error {
  constructor(readonly line: number, message: string) {
    super(message);
  }
}

/** As `2026-12-24`, when it exists. */
export function existingDate(year: string, month: string, day: string): string | undefined {
  const text = `${year}-${month}-${day}`;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) ? text : undefined;
}
