import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';
import { syntaxMessage } from './syntax-message.js';
import type { TextFault } from './text-fault.js';

/** A jobnet is four levels deep. The parser's memory and stack are what an endless `[[[[` is after. */
const MAX_DEPTH = 64;
/** Each costs about 3 µs to parse; the largest definition that can be stored has about 300,000. */
const MAX_LEXEMES = 400_000;

interface Tokens {
  readonly tokens: readonly CST.Token[];
  readonly faults: readonly TextFault[];
}

interface ParsedText {
  readonly document: Document.Parsed | undefined;
  /** No document can be read from text with these. */
  readonly syntaxFaults: readonly TextFault[];
  /** Faults that leave the first document readable. */
  readonly otherFaults: readonly TextFault[];
}

/** Parses text as YAML 1.2 (JSON included), its first document if there are several, which is a fault. */
export function parseText(text: string): ParsedText {
  const { tokens, faults } = tokensOf(text);
  if (faults.length > 0) return { document: undefined, syntaxFaults: faults, otherFaults: [] };
  const starts = tokens.flatMap((token, index) => (token.type === 'document' ? [{ index, offset: token.offset }] : []));
  const second = starts[1];
  const document = compose(tokens.slice(0, second?.index), text.length);
  const several = second === undefined ? [] : [severalDocuments(second.offset)];
  return { document, syntaxFaults: document === undefined ? [] : syntaxFaultsOf(document, text), otherFaults: several };
}

/** Stops at the first step too deep: the library itself goes on until the process is out of memory. */
function tokensOf(text: string): Tokens {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    lexemes += 1;
    // The stack also holds the document and the scalar that is being read.
    if (parser.stack.length > MAX_DEPTH + 2) return { tokens, faults: [tooDeep(parser.offset - lexeme.length)] };
    if (lexemes > MAX_LEXEMES) return { tokens, faults: [tooLong(parser.offset)] };
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens, faults: [] };
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed | undefined {
  const composer = new Composer({ uniqueKeys: false, resolveKnownTags: false, logLevel: 'silent' });
  // The library makes an Error per fault, and 500,000 bad escapes would spend seconds on stack traces that nobody reads.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return composer.compose(tokens, true, length).next().value ?? undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function syntaxFaultsOf(document: Document.Parsed, text: string): TextFault[] {
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos }): TextFault => (
    { code: 'syntax', message: syntaxMessage(code, message), path: [], offset: Math.min(pos[0], text.length) }
  ));
  const version = document.directives.yaml.version;
  if (version === '1.2') return faults;
  const message = `The text asks for YAML ${version}, in which words such as yes and 010 mean something else; only YAML 1.2 is accepted. Remove the %YAML line.`;
  return [...faults, { code: 'yaml-version', message, path: [], offset: Math.max(0, text.search(/^%YAML/m)) }];
}

function severalDocuments(offset: number): TextFault {
  return { code: 'several-documents', message: 'A second document begins here; this text holds one definition. Send each on its own.', path: [], offset };
}

function tooDeep(offset: number): TextFault {
  return { code: 'too-deep', message: `Lists and mappings are nested more than ${MAX_DEPTH} deep here; no definition needs as many.`, path: [], offset };
}

function tooLong(offset: number): TextFault {
  return { code: 'text-too-large', message: `The text has more than ${MAX_LEXEMES} words and signs up to here; no definition of the accepted size needs as many.`, path: [], offset };
}
