import type { LineCounter } from 'yaml';
import type { Path } from '#domain/jobnet/definition/faults';
import type { DefinitionFault } from '#protocol/problem';

/** A fault by its offset in the text; lines and columns are counted once, at the end. */
export interface TextFault {
  readonly code: string;
  readonly message: string;
  readonly path: Path;
  readonly offset: number;
}

/** More than anybody mends at once; a hostile text of 1 MiB could be answered with a million. */
const MAX_FAULTS = 1_000;

/** The faults as clients get them: in order of position, each once, at most 1,000 and a word about the rest. */
export function inOrder(faults: readonly TextFault[], lines: LineCounter): DefinitionFault[] {
  const sorted = [...faults].sort((one, other) => one.offset - other.offset);
  const shown = sorted.slice(0, MAX_FAULTS).map((fault) => positioned(fault, lines));
  const firstLeftOut = sorted[MAX_FAULTS];
  if (firstLeftOut === undefined) return shown;
  const message = `There are ${sorted.length - MAX_FAULTS} more faults from here on; they are reported once the first ${MAX_FAULTS} are mended.`;
  return [...shown, positioned({ ...firstLeftOut, code: 'too-many-faults', message, path: [] }, lines)];
}

function positioned({ code, message, path, offset }: TextFault, lines: LineCounter): DefinitionFault {
  const { line, col } = lines.linePos(offset);
  return { code, message, path: pathText(path), line, column: col };
}

/** `jobs.A1.after[0]`; a key that would be misread this way stands in quotes: `jobs["A.1"]`. */
function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
