import { closest } from './closest.js';

/** Where a fault stands in the document: mapping keys and list indices, from the top. */
export type Path = readonly (string | number)[];

/** One fault of a definition. `at` says whether the key at the end of `path` is meant, or what stands under it. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly path: Path;
  readonly at: 'key' | 'value';
}

/** Collects faults while a definition is read, so that the author hears of all of them at once. */
export interface FaultList {
  readonly all: readonly Fault[];
  addAtKey(path: Path, code: string, message: string): void;
  addAtValue(path: Path, code: string, message: string): void;
  /** `; did you mean "x"?` when a candidate is close to the word, else nothing. */
  didYouMean(word: string, candidates: Iterable<string>): string;
}

/** Comparing every unknown word with up to 1,000 job ids is work that a hostile text could ask for 100,000 times. */
const MAX_SUGGESTIONS = 30;

export function faultList(): FaultList {
  const all: Fault[] = [];
  let suggestionsLeft = MAX_SUGGESTIONS;
  return {
    all,
    addAtKey(path, code, message) {
      all.push({ code, message, path, at: 'key' });
    },
    addAtValue(path, code, message) {
      all.push({ code, message, path, at: 'value' });
    },
    didYouMean(word, candidates) {
      suggestionsLeft -= 1;
      const names = suggestionsLeft < 0 ? [] : closest(word, candidates);
      return names.length === 0 ? '' : `; did you mean ${names.map(quote).join(' or ')}?`;
    },
  };
}

const MAX_QUOTED_CHARACTERS = 60;

/** The author's own words inside a message: in quotes, control characters made visible, shortened when long. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= MAX_QUOTED_CHARACTERS ? text : `${text.slice(0, MAX_QUOTED_CHARACTERS)}…`);
}
