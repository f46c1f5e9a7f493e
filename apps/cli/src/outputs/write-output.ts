import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { OutputView } from '#protocol/api';
import { OUTPUT_HEADER } from '#protocol/output-headers';
import type { OutputStream } from '#protocol/outputs';
import { apiPath, type Query } from '../client/api-client.js';
import { CliFailure, Refused, Unreachable } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import type { Session } from '../commands/client-command.js';
import { sizeWords } from '../output/size-words.js';

/** Between two tries, in milliseconds. */
const PAUSE_MS = 500;
/** So often in a row a transfer that nobody follows may break without a byte more. */
const MOST_BREAKS = 10;
/** The result of an execution is on its way while its output has ended; looked for so often. */
const RESULT_TRIES = 20;

export interface WantedOutput {
  readonly run: string;
  readonly job: string;
  readonly stream: OutputStream;
  readonly follow: boolean;
  readonly attempt: number | undefined;
}

/** Writes the output of an execution to stdout, byte for byte, through any break of the connection; everything else goes to stderr. */
export class OutputWriter {
  private readonly hash = createHash('sha256');
  private readonly path: string;
  private written = 0;
  /** Known with the first answer; nothing of another execution may come behind its bytes. */
  private executionId: string | undefined;
  private breaks = 0;
  private isAway = false;

  constructor(private readonly wanted: WantedOutput, private readonly session: Session) {
    this.path = apiPath`/runs/${wanted.run}/jobs/${wanted.job}/output`;
  }

  /** @throws CliFailure when it cannot be had, or is not what is on record */
  async write(): Promise<void> {
    for (;;) {
      const headers = await this.part();
      if (headers !== undefined) return this.conclude(headers);
      await pause(PAUSE_MS);
    }
  }

  /** What comes in one connection; undefined when it broke and is worth another try. */
  private async part(): Promise<Headers | undefined> {
    try {
      const { headers, chunks } = await this.session.api.bytes(this.path, this.query());
      this.begin(headers);
      for await (const chunk of chunks) {
        this.hash.update(chunk);
        this.written += chunk.length;
        this.breaks = 0;
        await this.session.out.bytes(chunk);
      }
      return headers;
    } catch (error) {
      if (this.executionId === undefined || !isBreak(error)) throw error;
      this.breaks += 1;
      if (!this.wanted.follow && this.breaks > MOST_BREAKS) throw error;
      this.tellAway(error);
      return undefined;
    }
  }

  private query(): Query {
    const { stream, follow, attempt } = this.wanted;
    const which = this.executionId === undefined ? { attempt } : { execution: this.executionId };
    return { stream, ...which, follow: follow ? 'true' : undefined, from: this.written === 0 ? undefined : this.written };
  }

  private begin(headers: Headers): void {
    const executionId = headers.get(OUTPUT_HEADER.execution) ?? '';
    if (this.executionId !== undefined && this.executionId !== executionId) throw new CliFailure(`the server went on with the output of ${executionId}, which is not ${this.executionId}`, EXIT.refused);
    this.executionId = executionId;
    if (this.isAway) this.session.out.note(`going on at byte ${this.written}`);
    this.isAway = false;
  }

  private tellAway(error: Error): void {
    if (!this.isAway) this.session.out.note(`${error.message}; it goes on from byte ${this.written} when that is possible`);
    this.isAway = true;
  }

  private async conclude(headers: Headers): Promise<void> {
    const { out } = this.session;
    const isWhole = headers.get(OUTPUT_HEADER.complete) === 'true';
    const isRunning = headers.get(OUTPUT_HEADER.state) === 'running' && !this.wanted.follow;
    if (isRunning) return out.note(`${this.wanted.job} still runs; these are the first ${sizeWords(this.written)}, --follow waits for the rest`);
    const view = await this.onRecord(isWhole ? RESULT_TRIES : 1);
    if (isWhole) return this.compare(view);
    const total = view === undefined ? '' : `; these are the last ${sizeWords(this.written)} of ${sizeWords(view.bytes)}`;
    out.note(`incomplete: ${headers.get(OUTPUT_HEADER.reason) ?? 'the server does not say why'}${total}`);
  }

  private compare(view: OutputView | undefined): void {
    const { out } = this.session;
    if (view?.sha256 === undefined) return out.note('there is no hash on record to compare these bytes with');
    const sha256 = this.hash.digest('hex');
    if (view.bytes === this.written && view.sha256 === sha256) return;
    throw new CliFailure(`these are not the bytes that the result of ${view.executionId} tells of: ${this.written} bytes with SHA-256 ${sha256}, on record are ${view.bytes} with ${view.sha256}`, EXIT.refused);
  }

  /** What the result says; undefined when there is none, or no server to ask. */
  private async onRecord(tries: number): Promise<OutputView | undefined> {
    const query = { stream: this.wanted.stream, execution: this.executionId };
    for (let left = tries; left > 0; left -= 1) {
      try {
        return (await this.session.api.get<OutputView>(this.path, ['bytes', 'executionId'], query)).view;
      } catch (error) {
        const isNotYet = error instanceof Refused && error.problem.code === 'no-output';
        if (!isNotYet && !isBreak(error)) throw error;
        if (left > 1) await pause(PAUSE_MS);
      }
    }
    return undefined;
  }
}

/** Nothing is decided by it: the server, or the agent behind it, may be back in a moment. */
function isBreak(error: unknown): error is Error {
  return error instanceof Unreachable || (error instanceof Refused && error.problem.status >= 500);
}
