import type { Problem } from '#protocol/problem';
import { oneLine } from '../output/plain-text.js';
import { GarbledAnswer, Refused } from './cli-failure.js';

/** What the server answered: as it was sent, and what it means. */
export interface Document<View> {
  readonly status: number;
  readonly raw: string;
  readonly view: View;
}

/**
 * Reads an answer. The fields that are named must be there; all others and unknown words are accepted, because servers may be newer.
 * @throws Refused for a problem document, GarbledAnswer for anything that no Kiroku server would say.
 */
export function readAnswer<View extends object>(url: string, status: number, raw: string, fields: readonly (keyof View & string)[], hint401: string): Document<View> {
  const body = parseObject(raw);
  if (status >= 400) throw refusal(url, status, raw, body, hint401);
  if (status >= 300 || body === undefined) throw garbled(url, status, raw);
  const missing = fields.find((field) => !(field in body) || (field === 'items' && !Array.isArray(body[field])));
  if (missing !== undefined) throw new GarbledAnswer(`${url} answered ${status} without \`${missing}\`: is that a Kiroku server?`, status);
  return { status, raw: raw.trimEnd(), view: body as View };
}

function refusal(url: string, status: number, raw: string, body: Record<string, unknown> | undefined, hint401: string): Error {
  if (body === undefined || typeof body['title'] !== 'string' || typeof body['code'] !== 'string') return garbled(url, status, raw);
  const problem = { status, detail: '', ...body } as Problem;
  return new Refused(problem, raw.trimEnd(), status === 401 ? `; ${hint401}` : '');
}

function garbled(url: string, status: number, raw: string): GarbledAnswer {
  const beginning = oneLine(raw).slice(0, 60);
  const what = beginning === '' ? 'nothing more' : `"${beginning}${raw.length > 60 ? '...' : ''}"`;
  return new GarbledAnswer(`${url} answered ${status} and ${what}, which no Kiroku server says`, status);
}

function parseObject(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
