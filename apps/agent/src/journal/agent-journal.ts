import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { JournalUnavailableError } from './journal.errors.js';
import { openJournalFile, writeJournalFile, type JournalSpace, type OpenJournalFile } from './journal-file.js';
import type { JournalFiles } from './journal-files.port.js';
import type { JournalRecord } from './journal-record.js';
import type { JournalState } from './journal-state.js';
import { nodeJournalFiles } from './node-journal-files.js';

export interface JournalOptions {
  readonly files?: JournalFiles;
  readonly mintId?: () => string;
  readonly space?: JournalSpace;
  /** A file is written anew when more than this, and more than twice its snapshot, was added to it. */
  readonly compactAfterBytes?: number;
  /** How long a failed write of a record that must not be lost waits when nothing else is written. */
  readonly retryAfterMs?: number;
  readonly onTrouble?: (what: string, error: unknown) => void;
}

interface Waiting {
  readonly record: JournalRecord;
  readonly json: string;
  readonly isStubborn: boolean;
  readonly resolve: () => void;
  readonly reject: (error: JournalUnavailableError) => void;
}

const MEBIBYTE = 1024 * 1024;
/** A frame is one string and one buffer; a specification alone may be 2 MiB. */
const GROUP_BYTES = 8 * MEBIBYTE;

/**
 * The durable memory of an agent (`DIR/journal`): append-only, grouped, checked. Records that arrive while one group is being
 * synced go together in the next, in the order of their arrival; there is no timer in the way of a write.
 */
export class AgentJournal {
  #waiting: Waiting[] = [];
  #turn: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #compactAt = 0;
  #couldExtend = true;

  private constructor(private readonly directory: string, private file: OpenJournalFile, private readonly options: Required<JournalOptions>) {
    this.#planCompaction();
  }

  /**
   * Opens the journal of a data directory that the caller holds the lock of, or makes one.
   * @throws JournalCorruptError when a record is bad and valid ones follow it
   */
  static async open(directory: string, given: JournalOptions = {}): Promise<AgentJournal> {
    const options: Required<JournalOptions> = {
      files: nodeJournalFiles, mintId: randomUUID, space: { chunkBytes: MEBIBYTE, reserveBytes: MEBIBYTE / 4 },
      compactAfterBytes: 4 * MEBIBYTE, retryAfterMs: 1000, onTrouble: () => undefined, ...given,
    };
    return new AgentJournal(directory, await openJournalFile(options.files, directory, pathIn(directory), options.mintId, options.space), options);
  }

  /** The fold of what is durable. Read only. */
  get state(): Readonly<JournalState> {
    return this.file.state;
  }

  /** Of the newest durable record. */
  get sequence(): number {
    return this.file.sequence;
  }

  /** False while the disk gives no more than what is kept back for results and refusals. A file that is just being extended has room. */
  get hasRoom(): boolean {
    return this.#isAmple || (this.#turn !== undefined && this.#couldExtend);
  }

  get #isAmple(): boolean {
    return this.file.room >= this.options.space.reserveBytes;
  }

  /**
   * Resolves when the record is durable.
   * @throws JournalUnavailableError the record does not count, now or later
   */
  append(record: JournalRecord): Promise<void> {
    return this.#enqueue(record, false);
  }

  /** For what must not be lost: tried again, in its place, until it is durable. Rejects only when the journal is closed first. */
  appendUntilDurable(record: JournalRecord): Promise<void> {
    return this.#enqueue(record, true);
  }

  /** Writes what waits, if that is possible, and closes the file. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    this.#isClosed = true;
    while (this.#turn !== undefined) await this.#turn;
    this.#reject(this.#waiting.splice(0), new JournalUnavailableError('it is closed'));
    await this.file.close();
  }

  #enqueue(record: JournalRecord, isStubborn: boolean): Promise<void> {
    if (this.#isClosed) return Promise.reject(new JournalUnavailableError('it is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, json: JSON.stringify(record), isStubborn, resolve, reject });
      this.#wake();
    });
  }

  /** From the next turn of the loop, so that all records of this turn share a sync. */
  #wake(): void {
    this.#turn ??= new Promise<void>((done) => setImmediate(done)).then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#waiting.length === 0) await this.#keepRoom();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupSize(this.#waiting));
      try {
        await this.file.append(group.map(({ record }) => record), group.map(({ json }) => json));
      } catch (error) {
        this.#turn = undefined;
        return this.#fail(group, error);
      }
      for (const { resolve } of group) resolve();
      await this.#keepRoom();
      if (this.file.end > this.#compactAt) await this.#compact();
    }
    this.#turn = undefined;
  }

  /**
   * All that waits shares the failure, else a later dispatch could become durable without an earlier one and `servedUpTo`
   * would claim both.
   */
  #fail(group: Waiting[], cause: unknown): void {
    const all = [...group, ...this.#waiting];
    this.#waiting = all.filter(({ isStubborn }) => isStubborn);
    this.options.onTrouble('the journal cannot be written', cause);
    this.#reject(all.filter(({ isStubborn }) => !isStubborn), new JournalUnavailableError(messageOf(cause), { cause }));
    if (this.#waiting.length > 0) this.#wakeLater();
  }

  #wakeLater(): void {
    clearTimeout(this.#retry);
    if (!this.#isClosed) this.#retry = setTimeout(() => this.#wake(), this.options.retryAfterMs).unref();
  }

  async #keepRoom(): Promise<void> {
    if (this.#isAmple) return;
    try {
      await this.file.extend(this.options.space.chunkBytes);
      this.#couldExtend = true;
    } catch (error) {
      if (this.#couldExtend) this.options.onTrouble('the journal cannot be extended; no new work is taken', error);
      this.#couldExtend = false;
      // Nothing else may come: who is declined is not dispatched again by itself.
      this.#wakeLater();
    }
  }

  async #compact(): Promise<void> {
    const { files, space } = this.options;
    try {
      const next = await writeJournalFile(files, this.directory, pathIn(this.directory), this.file.state, this.file.sequence, space);
      await this.file.close().catch(() => undefined);
      this.file = next;
    } catch (error) {
      this.options.onTrouble('the journal cannot be compacted', error);
    }
    this.#planCompaction();
  }

  #planCompaction(): void {
    this.#compactAt = this.file.end + Math.max(this.options.compactAfterBytes, 2 * this.file.snapshotEnd);
  }

  #reject(waiting: Waiting[], error: JournalUnavailableError): void {
    for (const { reject } of waiting) reject(error);
  }
}

function groupSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  const full = waiting.findIndex(({ json }) => (bytes += json.length) > GROUP_BYTES);
  return full < 0 ? waiting.length : Math.max(full, 1);
}

function pathIn(directory: string): string {
  return join(directory, 'journal');
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
