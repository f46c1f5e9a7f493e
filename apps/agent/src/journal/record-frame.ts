import { crc32 } from 'node:zlib';
import type { JournalRecord, JournalSnapshot } from './journal-record.js';

const NEWLINE = 0x0a;
const HEADER = /^([0-9a-f]{8}) ([0-9]{1,16}) /;

/**
 * A frame is what one write carries: all records of one group, in one line `crc sequence json`. Because the next frame is
 * written only after this one is synced, a crash can tear the last frame and no other, so a bad frame before a valid one is
 * corruption and not a torn tail. `sequence` is that of its last record.
 */
export interface Frame {
  readonly sequence: number;
  readonly records: readonly (JournalRecord | JournalSnapshot)[];
  /** Where the next frame begins. */
  readonly end: number;
}

/** Takes the records as JSON texts, because a group is made up by their size. */
export function encodeFrame(sequence: number, records: readonly string[]): Buffer {
  const body = `${sequence} [${records.join(',')}]`;
  return Buffer.from(`${crc32(body).toString(16).padStart(8, '0')} ${body}\n`);
}

/** The frame that begins at `start`, or undefined where there is none that is whole. */
export function decodeFrame(bytes: Buffer, start: number): Frame | undefined {
  const newline = bytes.indexOf(NEWLINE, start);
  if (newline < 0) return undefined;
  const header = HEADER.exec(bytes.toString('latin1', start, Math.min(newline, start + 26)));
  if (header === null) return undefined;
  const body = bytes.subarray(start + 9, newline);
  if (crc32(body) !== Number.parseInt(header[1] ?? '', 16)) return undefined;
  const json = body.toString('utf8', (header[2] ?? '').length + 1);
  return { sequence: Number(header[2]), records: JSON.parse(json) as Frame['records'], end: newline + 1 };
}

/**
 * Whether any whole frame begins after `start`, wherever: the damage may have hit the line end before it. Quotes inside a JSON
 * string are escaped, so no text of a job can look like the beginning of a frame.
 */
export function hasFrameAfter(bytes: Buffer, start: number): boolean {
  for (const { index } of bytes.toString('latin1', start + 1).matchAll(/[0-9a-f]{8} [0-9]{1,16} \[\{"type":"/g)) {
    if (decodeFrame(bytes, start + 1 + index) !== undefined) return true;
  }
  return false;
}
