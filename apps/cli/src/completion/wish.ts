import type { Argument, Command, Option } from 'commander';

/** What may stand where somebody pressed Tab: words that the program knows, and ids that only the server knows. */
export interface Wish {
  readonly beginning: string;
  readonly words: readonly string[];
  /** `of`: the run of jobs, the schedule of occurrences. */
  readonly ids?: { readonly kind: IdKind; readonly of?: string | undefined };
  /** The flags with a value before that place, by their names. */
  readonly flags: Readonly<Record<string, string>>;
}

const ID_KINDS = ['jobnet', 'calendar', 'schedule', 'occurrence', 'run', 'job', 'agent', 'operator'] as const;
export type IdKind = (typeof ID_KINDS)[number];

interface Place {
  readonly command: Command;
  readonly objects: readonly string[];
  readonly flags: Record<string, string>;
  /** The option whose value comes next. */
  readonly open?: Option | undefined;
}

/** Reads the program itself, so that what it takes and what is proposed are one. `typed` ends with the word to be completed. */
export function wishAt(program: Command, typed: readonly string[]): Wish {
  const words = joined(typed);
  const beginning = words.at(-1) ?? '';
  const { command, objects, flags, open } = placeAfter(program, words.slice(0, -1));
  const base = { beginning, words: [], flags };
  if (open !== undefined) return { ...base, words: open.argChoices ?? [], ...idsOf(open.attributeName(), command, flags['run']) };
  if (beginning.startsWith('-')) return { ...base, words: flagsOf(command, program) };
  if (command.commands.length > 0) return { ...base, words: command.createHelp().visibleCommands(command).map((each) => each.name()) };
  const argument = argumentAt(command.registeredArguments, objects.length);
  return argument === undefined ? base : { ...base, words: argument.argChoices ?? [], ...idsOf(argument.name(), command, objects[0]) };
}

/** Bash takes = and : for words of their own. */
function joined(typed: readonly string[]): string[] {
  const words: string[] = [];
  let glue = false;
  for (const word of typed) {
    const isBreak = /^[=:]+$/.test(word);
    if ((isBreak || glue) && words.length > 0) words.push(`${words.pop()}${word}`);
    else words.push(word);
    glue = isBreak;
  }
  return words;
}

function placeAfter(program: Command, words: readonly string[]): Place {
  let command = program;
  let open: Option | undefined;
  const objects: string[] = [];
  const flags: Record<string, string> = {};
  for (const word of words) {
    if (open !== undefined) {
      flags[open.attributeName()] = word;
      open = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const [name = '', value] = word.split(/=(.*)/s);
      const option = [...command.options, ...program.options].find((each) => each.long === name || each.short === name);
      if (value !== undefined && option !== undefined) flags[option.attributeName()] = value;
      else if (option?.required === true) open = option;
    } else {
      const verb = objects.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
      if (verb === undefined) objects.push(word);
      else command = verb;
    }
  }
  return { command, objects, flags, open };
}

function flagsOf(command: Command, program: Command): string[] {
  const options = [...command.createHelp().visibleOptions(command), ...(command === program ? [] : program.options.filter(({ long }) => long !== '--version'))];
  return [...new Set(options.flatMap(({ long }) => long ?? []))];
}

/** The last argument may take several. */
function argumentAt(all: readonly Argument[], index: number): Argument | undefined {
  return all[index] ?? (all.at(-1)?.variadic === true ? all.at(-1) : undefined);
}

/** `agent drain NAME` is about an agent: a plain name belongs to the noun. */
function idsOf(name: string, command: Command, of: string | undefined): Pick<Wish, 'ids'> {
  const called = name === 'name' || name === 'id' ? command.parent?.name() : name;
  const kind = ID_KINDS.find((each) => each === called);
  return kind === undefined ? {} : { ids: { kind, ...(kind === 'job' || kind === 'occurrence' ? { of } : {}) } };
}
