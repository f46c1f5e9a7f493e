import { InvalidAppendError } from '../event-store.errors.js';

const KEY = /^[A-Za-z0-9._-]{1,100}$/;
const MAX_BYTES = 4 * 1024;

/** Key and text of something said in a presence, if they may be. @throws InvalidAppendError */
export function saying(key: string, text: string): [key: string, text: string] {
  if (!KEY.test(key)) throw new InvalidAppendError(`a key of a presence has 1 to 100 letters, digits, ".", "_" and "-", not ${JSON.stringify(key.slice(0, 120))}`);
  if (text.includes('\0')) throw new InvalidAppendError('a text of a presence has no NUL');
  if (Buffer.byteLength(text) > MAX_BYTES) throw new InvalidAppendError(`a text of a presence has at most ${MAX_BYTES} bytes`);
  return [key, text];
}
