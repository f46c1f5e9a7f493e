import 'reflect-metadata';
import { Logger, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandAnswer, EventView, List, RunView } from '#protocol/api';
import type { Problem } from '#protocol/problem';
import { LogFollower } from '../src/event-sourcing/log-follower.js';
import { systemClock, type WallClock } from '../src/event-sourcing/wall-clock.js';
import { preparedApp } from '../src/prepared-app.js';
import { ServerLife } from '../src/servers/server-life.js';
import { MoodyEventStore } from './moody.event-store.js';

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  /** Parsed when it is JSON. */
  readonly body: Body;
}

export interface RequestParts {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** The operator's by default; null for none. */
  readonly token?: string | null;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const open = new Set<ServerUnderTest>();
/** Also of servers that a test has halted itself. */
const directories = new Set<string>();

/** The real server over a store in memory; it listens only when a test asks for it. `afterEach(closeServers)` ends it. */
export class ServerUnderTest {
  private url: string | undefined;
  readonly failures: unknown[] = [];
  private app!: NestFastifyApplication;

  private constructor(readonly store: MoodyEventStore, readonly data: string, private readonly agentGraceSeconds: number, private readonly clock: WallClock) {}

  /** Over a log and a directory of its own, unless they are given: then it is a restart. By the real time, unless a simulated clock is given. */
  static async start(
    store = new MoodyEventStore(), data = mkdtempSync(join(tmpdir(), 'kiroku-server-')), agentGraceSeconds = 30, clock = systemClock,
  ): Promise<ServerUnderTest> {
    Logger.overrideLogger(false);
    directories.add(data);
    const server = new ServerUnderTest(store, data, agentGraceSeconds, clock);
    const options = { listen: { host: '127.0.0.1', port: 0 }, data, store: 'sqlite:', agentGraceSeconds } as const;
    server.app = await preparedApp(store, options, (error) => server.failures.push(error), clock);
    open.add(server);
    return server;
  }

  /** In order: its stop is on record. Log and directory stay. */
  async stop(): Promise<void> {
    await this.halt();
    await this.get(ServerLife).stopped('SIGTERM');
  }

  /** As a crash does it: nothing more is written. */
  async halt(): Promise<void> {
    open.delete(this);
    await this.app.close();
    await this.get(LogFollower).stop();
  }

  /** Another process on the same log. */
  async restart(): Promise<ServerUnderTest> {
    await this.halt();
    return ServerUnderTest.start(this.store, this.data, this.agentGraceSeconds, this.clock);
  }

  get<Provider>(token: Type<Provider>): Provider {
    return this.app.get(token, { strict: false });
  }

  tokenIn(name: 'operator.token' | 'agent.token'): string {
    return readFileSync(join(this.data, name), 'utf8').trim();
  }

  async listen(): Promise<string> {
    if (this.url === undefined) {
      await this.app.listen({ host: '127.0.0.1', port: 0 });
      this.url = await this.app.getUrl();
    }
    return this.url;
  }

  async request<Body = Problem>(method: Method, path: string, { body, headers = {}, token = this.tokenIn('operator.token') }: RequestParts = {}): Promise<Answer<Body>> {
    const type = typeof body === 'string' ? 'application/yaml' : 'application/json';
    const answer = await this.app.inject({
      method, url: path,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = /[/+]json/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, headers: answer.headers, text: answer.payload, body: (isJson ? JSON.parse(answer.payload) : answer.payload) as Body };
  }

  async read<Body>(path: string): Promise<Body> {
    const { status, text, body } = await this.request<Body>('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return body;
  }

  async define(yaml: string): Promise<CommandAnswer> {
    const [, id = ''] = /jobnet: *([^\s,}]+)/.exec(yaml) ?? [];
    return done(await this.request<CommandAnswer>('PUT', `/api/v1/jobnets/${id}`, { body: yaml }));
  }

  async startRun(jobnet = 'A', headers: Record<string, string> = {}): Promise<string> {
    const { runId } = done(await this.request<CommandAnswer>('POST', `/api/v1/jobnets/${jobnet}/runs`, { body: { reason: 'a test' }, headers }));
    if (runId === undefined) throw new Error('a run without an id');
    return runId;
  }

  async skip(runId: string, jobId: string): Promise<CommandAnswer> {
    return done(await this.request<CommandAnswer>('POST', `/api/v1/runs/${runId}/jobs/${jobId}/skip`, { body: { reason: 'it is known to be done' } }));
  }

  run(runId: string): Promise<RunView> {
    return this.read<RunView>(`/api/v1/runs/${runId}`);
  }

  async events(query = ''): Promise<EventView[]> {
    return (await this.read<List<EventView>>(`/api/v1/events?limit=1000${query}`)).items;
  }
}

export async function closeServers(): Promise<void> {
  for (const server of open) {
    server.store.unavailable = false;
    await server.halt();
  }
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
}

function done<Body>({ status, text, body }: Answer<Body>): Body {
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return body;
}

/** A1, then A2. */
export const CHAIN = 'jobnet: A\njobs:\n  A1: { command: "./extract.sh", agent: local }\n  A2: { command: ["./load", "--full"], agent: local, after: A1 }\n';

/** One job. */
export const SINGLE = 'jobnet: S\njobs:\n  S1: { command: ./one, agent: local }\n';
