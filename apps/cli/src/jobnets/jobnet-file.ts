import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CliContext } from '../cli-context.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';

/** Four times what a stored definition may take: comments need room, a log file given by mistake does not. */
const LARGEST_FILE_BYTES = 1024 * 1024;

/** The text of a jobnet and how messages call the place it came from. */
export interface JobnetFile {
  readonly label: string;
  readonly text: string;
}

/** Reads a file, or stdin for `-`. */
export async function readJobnetFile(name: string, context: CliContext): Promise<JobnetFile> {
  const label = name === '-' ? '<stdin>' : name;
  const bytes = name === '-' ? await readAll(context.stdin, label) : await readNamed(name, context);
  if (bytes.length > LARGEST_FILE_BYTES) throw tooLarge(label);
  try {
    return { label, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new CliFailure(`${label} is not a text in UTF-8`, EXIT.refused);
  }
}

/** The id that the text gives itself; undefined where it gives none that could stand in an address. The server says what is wrong. */
export async function jobnetIdIn(text: string): Promise<string | undefined> {
  const { isMap, parseDocument } = await import('yaml');
  try {
    // Only this one value is looked at: aliases elsewhere in the text are the server's business.
    const { contents } = parseDocument(text, { logLevel: 'silent' });
    const id: unknown = isMap(contents) ? contents.get('jobnet') : undefined;
    return (typeof id === 'string' || typeof id === 'number') && /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(String(id)) ? String(id) : undefined;
  } catch {
    return undefined;
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
  return new CliFailure(`${label} is larger than any jobnet may be (${LARGEST_FILE_BYTES} bytes)`, EXIT.refused);
}
