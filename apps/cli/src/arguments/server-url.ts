import { WrongUsage } from '../client/cli-failure.js';

/** Where a server is reached, when that is said: `http://HOST:PORT`. */
export function serverUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:\/\/[^/]+\/?$/.test(text)) throw new WrongUsage(`a server is reached at http://HOST:PORT, not at ${JSON.stringify(text)}`);
  return new URL(text).origin;
}
