import { once } from 'node:events';
import type { CliContext } from '../cli-context.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import type { Document } from '../client/http-answer.js';
import { coloursFor, type Colours } from './colour.js';
import { oneLine } from './plain-text.js';
import { table, type Cell } from './table.js';

/** Where a command says things: answers on stdout, remarks on stderr. */
export class Output {
  readonly colours: Colours;

  constructor(
    private readonly context: Pick<CliContext, 'stdout' | 'stderr' | 'env' | 'now'>,
    /** With `--json` stdout carries what the API answered and nothing else. */
    readonly json: boolean,
  ) {
    this.colours = coloursFor(context);
  }

  get nowMs(): number {
    return this.context.now();
  }

  line(text: string): void {
    this.context.stdout.write(`${text}\n`);
  }

  /** As `line`, and waits while the reader is behind: for what has no end. */
  async lineWhenTaken(text: string): Promise<void> {
    if (!this.context.stdout.write(`${text}\n`)) await once(this.context.stdout, 'drain');
  }

  raw(text: string): void {
    this.context.stdout.write(text);
  }

  /** As they are; resolves when there is room for more. Whoever does not read any more ends the command (`closed-output`). */
  async bytes(chunk: Uint8Array): Promise<void> {
    const { stdout } = this.context;
    if (!stdout.write(chunk)) await new Promise((resolve) => stdout.once('drain', resolve));
  }

  /** A remark beside the answer, one line, on stderr. */
  note(text: string): void {
    this.context.stderr.write(`kiroku: ${oneLine(text)}\n`);
  }

  table(headings: readonly string[], rows: readonly (readonly Cell[])[]): void {
    table(headings, rows).forEach((line) => this.line(line));
  }

  /** A word in its own colour. */
  word(word: string): Cell {
    return { text: word, paint: this.colours(word) };
  }

  /** The answer as the API gave it, or for people as `show` draws it. */
  answer<View>(document: Document<View>, show: (view: View) => void): void {
    if (this.json) return this.line(document.raw);
    try {
      show(document.view);
    } catch (error) {
      // Only a few fields are checked on arrival: a server of another version may miss others.
      throw error instanceof CliFailure ? error : new CliFailure(`cannot show the server's answer (${(error as Error).message}): --json prints it as it is`, EXIT.refused);
    }
  }
}
