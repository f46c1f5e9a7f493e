const MAX_WORD_LENGTH = 64;
const MAX_NAMES = 3;

/** The candidates that a slip of the keyboard could have turned into the word, nearest first, at most three. */
export function closest(word: string, candidates: Iterable<string>): string[] {
  if (word.length > MAX_WORD_LENGTH) return [];
  const allowed = word.length <= 2 ? 0 : word.length <= 5 ? 1 : 2;
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = slips(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed) near.push({ candidate, distance });
  }
  near.sort((one, other) => one.distance - other.distance);
  return near.slice(0, MAX_NAMES).map(({ candidate }) => candidate);
}

const FAR = MAX_WORD_LENGTH * 2;

/** Letters put in, left out, mistaken or swapped with their neighbour (optimal string alignment). */
function slips(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const mistaken = (last[column - 1] ?? FAR) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwapped ? (beforeLast[column - 2] ?? FAR) + 1 : FAR;
      current.push(Math.min(mistaken, (last[column] ?? FAR) + 1, (current[column - 1] ?? FAR) + 1, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? FAR;
}
