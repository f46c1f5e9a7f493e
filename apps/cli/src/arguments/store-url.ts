import { resolve } from 'node:path';
import { WrongUsage } from '../client/cli-failure.js';

const KINDS = 'sqlite:FILE, postgres://USER@HOST/DATABASE or kurrentdb://HOST,HOST,...';

/** Where the log is: `--store`, or another flag that says so. A file is taken from the directory that the command was given in. */
export function storeUrl(text: string, cwd: string, flag = '--store'): string {
  const [, scheme, rest] = /^([a-z]+(?:\+discover)?):(.+)$/s.exec(text) ?? [];
  if (scheme === 'sqlite' && rest !== undefined) return `sqlite:${resolve(cwd, rest)}`;
  if (/^(postgres(ql)?|(kurrentdb|esdb)(\+discover)?)$/.test(scheme ?? '') && rest?.startsWith('//')) return text;
  throw new WrongUsage(`${flag} takes ${KINDS}, not "${withoutPassword(text)}"`);
}

/** As people may see it: the password of a URL left out, wherever it stands. */
export function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^/?#@]*?:).*@/s, '$1***@').replace(/([?&][^=&]*password=)[^&]*/gi, '$1***');
}
