import { randomUUID } from 'node:crypto';
import type { List } from '#protocol/api';
import { GarbledAnswer, Unreachable, WrongUsage } from './cli-failure.js';
import { readAnswer, type Document } from './http-answer.js';
import { unreachable } from './network-error.js';
import { openBytes, textOf } from './open-bytes.js';
import type { Connection } from './settings.js';

/** Longer than any answer of a healthy server takes, short enough for somebody who waits. */
const ANSWER_TIMEOUT_MS = 30_000;
/** How often a command is sent when the connection breaks: the key makes a repeat harmless. */
const COMMAND_TRIES = 3;

export type Query = Record<string, string | number | undefined>;
type Fields<View> = readonly (keyof View & string)[];

export interface Command {
  method: 'POST' | 'PUT';
  path: string;
  body: string;
  contentType: 'application/json' | 'application/yaml';
  /** By default a random one. */
  idempotencyKey?: string | undefined;
}

/** The HTTP API of one server. Every method throws `Refused`, `GarbledAnswer` or `Unreachable`. */
export class ApiClient {
  constructor(
    readonly connection: Connection,
    private readonly timeoutMs = ANSWER_TIMEOUT_MS,
  ) {}

  async get<View extends object>(path: string, fields: Fields<View>, query: Query = {}): Promise<Document<View>> {
    return this.ask<View>(this.address(path, query), fields, {});
  }

  /** One page, or with `all` every page joined into one list. `size` is what the list calls the number of items on a page. */
  async list<Item>(path: string, query: Query, all = false, size: 'limit' | 'count' = 'limit'): Promise<Document<List<Item>>> {
    const sized = { ...query, [size]: query[size] ?? 1000 };
    const first = await this.get<List<Item>>(path, ['items'], all ? sized : query);
    if (!all || first.view.next === undefined) return first;
    const items = [...first.view.items];
    for (let next: string | undefined = first.view.next, last = query['cursor']; next !== undefined; ) {
      if (next === last) throw new GarbledAnswer(`${this.connection.url}${path} answered the same page for ever`, 200);
      const page: Document<List<Item>> = await this.get<List<Item>>(path, ['items'], { ...sized, cursor: next });
      items.push(...page.view.items);
      last = next;
      next = page.view.next;
    }
    return { status: 200, raw: JSON.stringify({ items }), view: { items } };
  }

  /** A command is sent again when the connection breaks under it: its key makes the server do it once. */
  async send<View extends object>(command: Command, fields: Fields<View>): Promise<Document<View>> {
    const key = command.idempotencyKey ?? randomUUID();
    const headers = { 'content-type': command.contentType, 'idempotency-key': key };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.ask<View>(this.address(command.path), fields, { method: command.method, body: command.body, headers });
      } catch (error) {
        if (!(error instanceof Unreachable) || error.arrived === 'no') throw error;
        if (attempt === COMMAND_TRIES) throw withKey(error, key);
      }
    }
  }

  /** Bytes of any number, with what the headers say of them. Broken off in the middle, reading them throws `Unreachable`. */
  async bytes(path: string, query: Query): Promise<{ headers: Headers; chunks: AsyncIterable<Uint8Array> }> {
    const type = 'application/octet-stream';
    const url = this.address(path, query);
    const answer = await openBytes(url, { accept: type, ...this.authorization() }).catch((error: unknown) => {
      throw unreachable(this.connection.url, error);
    });
    const { statusCode: status = 0, headers } = answer;
    const said = new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]));
    if (status === 200 && headers['content-type'] === type) return { headers: said, chunks: this.unbroken(answer) };
    readAnswer(url, status, await textOf(answer).catch(() => ''), [], this.connection.searched);
    throw new GarbledAnswer(`${url} does not answer as ${type}`, status);
  }

  /** The answer as it comes, for exports that may be long. */
  async open(path: string, query: Query, accept: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const url = this.address(path, query);
    const response = await this.fetch(url, { headers: { accept }, ...(signal === undefined ? {} : { signal }) });
    if (response.ok && response.headers.get('content-type')?.startsWith(accept) && response.body !== null) return response.body;
    const raw = await response.text().catch(() => '');
    readAnswer(url, response.status, raw, [], this.connection.searched);
    throw new GarbledAnswer(`${url} does not answer as ${accept}`, response.status);
  }

  private async *unbroken(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw unreachable(this.connection.url, error);
    }
  }

  private async ask<View extends object>(url: string, fields: Fields<View>, init: RequestInit): Promise<Document<View>> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    const response = await this.fetch(url, { ...init, signal, headers: { accept: 'application/json', ...init.headers } });
    const raw = await response.text().catch((error: unknown) => {
      throw unreachable(this.connection.url, error);
    });
    return readAnswer<View>(url, response.status, raw, fields, this.connection.searched);
  }

  private authorization(): Record<string, string> {
    return this.connection.token === undefined ? {} : { authorization: `Bearer ${this.connection.token}` };
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, ...this.authorization() } });
    } catch (error) {
      throw unreachable(this.connection.url, error);
    }
  }

  private address(path: string, query: Query = {}): string {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
    return `${this.connection.url}${path}${search === '' ? '' : `?${search}`}`;
  }
}

/** Builds a path of the API; the values are ids and stand in it as one segment each. */
export function apiPath(parts: TemplateStringsArray, ...ids: string[]): string {
  return `/api/v1${parts.map((part, index) => part + (index < ids.length ? segment(ids[index]!) : '')).join('')}`;
}

/** A URL resolves `.` and `..` even when they are escaped: such an id would name another route. */
function segment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new WrongUsage(`"${id}" is not an id`);
  return encodeURIComponent(id);
}

function withKey(error: Unreachable, key: string): Unreachable {
  return new Unreachable(`${error.message}; whether the command arrived is not known: repeat it with --idempotency-key ${key} and it is done once`, 'perhaps');
}
