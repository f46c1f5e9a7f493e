import type { ErrorCode } from 'yaml';

/** What helps against the mistakes that people make; the parser's own words say the rest. */
const remedies: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'Put text that begins with "*" or "&" in quotes.',
  BAD_DQ_ESCAPE: 'Write a backslash as "\\\\", or use single quotes.',
  BAD_INDENT: 'Keys of one mapping begin in the same column, what is under a key is indented further, and every { and [ is closed.',
  BAD_SCALAR_START: 'Put the text in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Put text that contains ": " in quotes, and each key on a line of its own.',
  BLOCK_IN_FLOW: 'Between { } and [ ] entries are separated by commas, without block lists.',
  MISSING_CHAR: 'Check quotes, brackets, commas and the ":" after keys from here back.',
  MULTILINE_IMPLICIT_KEY: 'A key stands on one line, followed by ":" and a space.',
  TAB_AS_INDENT: 'Indent with spaces.',
  TAG_RESOLVE_FAILED: 'Remove the tag, or put text that begins with "!" in quotes.',
  UNEXPECTED_TOKEN: 'Check quotes, brackets and commas before it; put text with special characters in quotes.',
};

const MAX_PARSER_WORDS = 200;

/** The parser's message as a sentence, with what to do about it. */
export function syntaxMessage(code: ErrorCode, message: string): string {
  const words = message.length > MAX_PARSER_WORDS ? `${message.slice(0, MAX_PARSER_WORDS)}…` : message;
  const sentence = /[.…]$/.test(words) ? words : `${words}.`;
  return [`This is not valid YAML or JSON: ${sentence}`, remedies[code] ?? ''].join(' ').trim();
}
