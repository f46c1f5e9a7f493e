// Who is on a stage.

export const AGENTS = ['one', 'two'];

/** @returns the names of so many servers */
export function serverNames(count) {
  return count === 1 ? ['server'] : Array.from({ length: count }, (_, index) => `server-${index + 1}`);
}
