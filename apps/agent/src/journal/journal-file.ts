import { JournalCorruptError } from './journal.errors.js';
import type { JournalFile, JournalFiles } from './journal-files.port.js';
import type { JournalRecord, JournalSnapshot } from './journal-record.js';
import { decodeFrame, encodeFrame, hasFrameAfter } from './record-frame.js';
import { emptySnapshot, evolve, ImpossibleRecordError, snapshotOf, stateOf, type JournalState } from './journal-state.js';

/** Zeros written ahead: a sync inside them changes no metadata (hot-path.md: .83-.97 ms becomes .58-.64 for a hand-off). */
export interface JournalSpace {
  readonly chunkBytes: number;
  /** Below this much written-ahead space no new work is taken, so that results and refusals still fit when the disk is full. */
  readonly reserveBytes: number;
}

/** The one file of a journal, with the place where the next frame goes. Its caller does one thing at a time. */
export class OpenJournalFile {
  sequence: number;
  end: number;
  /** Size of the first frame: what a compaction would write again. */
  readonly snapshotEnd: number;
  #allocated: number;
  /** Bytes of a failed write may lie up to here; the next one covers them with zeros. */
  #dirtyUpTo = 0;
  #namesDurable: boolean;

  constructor(readonly state: JournalState, private readonly files: JournalFiles, private readonly directory: string, private readonly file: JournalFile,
    at: { sequence: number; snapshotEnd: number; end: number; allocated: number; namesDurable: boolean }) {
    this.sequence = at.sequence;
    this.end = at.end;
    this.snapshotEnd = at.snapshotEnd;
    this.#allocated = at.allocated;
    this.#namesDurable = at.namesDurable;
  }

  get room(): number {
    return this.#allocated - this.end;
  }

  /** One write, one sync; the state has them only afterwards. A frame that failed leaves no trace that counts. */
  async append(records: readonly JournalRecord[], json: readonly string[]): Promise<void> {
    if (!this.#namesDurable) await this.files.syncDirectory(this.directory);
    this.#namesDurable = true;
    const sequence = this.sequence + records.length;
    const frame = encodeFrame(sequence, json);
    const bytes = padded(frame, this.#dirtyUpTo - this.end);
    this.#dirtyUpTo = this.end + bytes.length;
    await this.file.write(bytes, this.end);
    await this.file.sync();
    this.end += frame.length;
    this.sequence = sequence;
    this.#dirtyUpTo = 0;
    this.#allocated = Math.max(this.#allocated, this.end);
    for (const record of records) evolve(this.state, record);
  }

  async extend(bytes: number): Promise<void> {
    await this.file.write(new Uint8Array(bytes), this.#allocated);
    await this.file.sync();
    this.#allocated += bytes;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** Reads a journal, cuts what a crash tore, and makes durable what it found before anybody acts on it. */
export async function openJournalFile(files: JournalFiles, directory: string, path: string, mintId: () => string, space: JournalSpace): Promise<OpenJournalFile> {
  await files.remove(temporary(path));
  const bytes = await files.read(path);
  if (bytes === undefined) {
    const created = await writeJournalFile(files, directory, path, stateOf(emptySnapshot(mintId())), 0, space);
    await files.syncDirectory(directory);
    return created;
  }
  const read = scan(path, bytes);
  const file = await files.open(path, 'existing');
  try {
    const isClean = bytes.subarray(read.end).every((byte) => byte === 0);
    if (!isClean) await file.truncate(read.end);
    // The former process may have died between a write and its sync: what is acted upon now must not vanish with the power.
    await file.sync();
    await files.syncDirectory(directory);
    return new OpenJournalFile(read.state, files, directory, file, { ...read, allocated: isClean ? bytes.length : read.end, namesDurable: true });
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The state as a new file in the old one's place, complete and synced before it gets the name. The caller's next append syncs the directory. */
export async function writeJournalFile(files: JournalFiles, directory: string, path: string, state: JournalState, sequence: number, space: JournalSpace): Promise<OpenJournalFile> {
  const frame = encodeFrame(sequence, [JSON.stringify(snapshotOf(state))]);
  const file = await files.open(temporary(path), 'create');
  try {
    await file.write(padded(frame, frame.length + space.chunkBytes), 0);
    await file.sync();
    await files.rename(temporary(path), path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await files.remove(temporary(path)).catch(() => undefined);
    throw error;
  }
  const end = frame.length;
  return new OpenJournalFile(state, files, directory, file, { sequence, snapshotEnd: end, end, allocated: end + space.chunkBytes, namesDurable: false });
}

function scan(path: string, bytes: Buffer): { state: JournalState; sequence: number; snapshotEnd: number; end: number } {
  const first = decodeFrame(bytes, 0);
  const snapshot = first?.records[0];
  // The first frame was synced before the file got its name: no crash can have torn it.
  if (first === undefined || snapshot?.type !== 'snapshot') throw new JournalCorruptError(path, 0, 'it does not begin with a snapshot');
  const state = stateOf(snapshot);
  let { sequence, end } = first;
  for (let frame = decodeFrame(bytes, end); frame !== undefined; frame = decodeFrame(bytes, end)) {
    if (frame.sequence !== sequence + frame.records.length) throw new JournalCorruptError(path, end, `record ${sequence + 1} is missing, ${frame.sequence} follows`);
    foldFrame(path, end, state, frame.records);
    ({ sequence, end } = frame);
  }
  if (hasFrameAfter(bytes, end)) throw new JournalCorruptError(path, end, 'its check sum does not fit, and whole records follow');
  return { state, sequence, snapshotEnd: first.end, end };
}

function foldFrame(path: string, at: number, state: JournalState, records: readonly (JournalRecord | JournalSnapshot)[]): void {
  for (const record of records) {
    if (record.type === 'snapshot') throw new JournalCorruptError(path, at, 'a snapshot stands behind other records');
    try {
      evolve(state, record);
    } catch (error) {
      throw error instanceof ImpossibleRecordError ? new JournalCorruptError(path, at, error.message) : error;
    }
  }
}

function padded(frame: Buffer, length: number): Uint8Array {
  return length <= frame.length ? frame : Buffer.concat([frame], length);
}

function temporary(path: string): string {
  return `${path}.tmp`;
}
