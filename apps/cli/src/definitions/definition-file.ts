import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CliContext } from '../cli-context.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';

/** Four times what a stored definition may take: comments need room, a log file given by mistake does not. */
const LARGEST_FILE_BYTES = 1024 * 1024;

/** The text of jobnets, calendars and schedules, and how messages call the place it came from. */
export interface DefinitionFile {
  readonly label: string;
  readonly text: string;
}

/** Reads a file, or stdin for `-`. */
export async function readDefinitionFile(name: string, context: CliContext): Promise<DefinitionFile> {
  const label = name === '-' ? '<stdin>' : name;
  const bytes = name === '-' ? await readAll(context.stdin, label) : await readNamed(name, context);
  if (bytes.length > LARGEST_FILE_BYTES) throw tooLarge(label);
  try {
    return { label, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new CliFailure(`${label} is not a text in UTF-8`, EXIT.refused);
  }
}

async function readNamed(name: string, context: CliContext): Promise<Uint8Array> {
  try {
    return await readFile(resolve(context.cwd, name));
  } catch (error) {
    throw new CliFailure(`cannot read ${name}: ${whyUnreadable(error as NodeJS.ErrnoException)}`, EXIT.refused);
  }
}

function whyUnreadable(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file';
  if (error.code === 'EISDIR') return 'it is a directory';
  if (error.code === 'EACCES') return 'permission denied';
  return error.message;
}

async function readAll(stream: NodeJS.ReadableStream, label: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    bytes += chunks.at(-1)!.length;
    if (bytes > LARGEST_FILE_BYTES) throw tooLarge(label);
  }
  return Buffer.concat(chunks);
}

function tooLarge(label: string): CliFailure {
  return new CliFailure(`${label} is larger than such a file may be (${LARGEST_FILE_BYTES} bytes)`, EXIT.refused);
}
