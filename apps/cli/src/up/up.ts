import { mkdirSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentOptions } from '../cli-context.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import { hostAndPort, type ListenAddress } from '../arguments/listen-address.js';
import { oneLine } from '../output/plain-text.js';
import { deferred } from './deferred.js';
import { lastWords } from './log-file.js';
import { takeOver } from './earlier-up.js';
import { requireFreePort } from './port-owner.js';
import { identityOf } from './process-identity.js';
import { SupervisedProcess, type ProcessListener, type ProcessPlan } from './supervised-process.js';
import { UpRecordFile, type UpRecord } from './up-record.js';

/** How long somebody who was told to end may take before he is killed. */
const GRACE_MS = 15_000;
/** A server that dies so often before it ever served will not do better. */
const TRIES_TO_SERVE = 5;

/** As `SupervisedProcess` says it of a process whose flags or files are at fault. */
const WRONG_USAGE = `ended with exit code ${EXIT.usage}`;

export interface UpOptions {
  listen: ListenAddress;
  data: string;
  slots: number;
  name: string;
  tasks: AgentOptions['tasks'];
  /** Passes the logs on instead of writing them to files. */
  verbose: boolean;
  /** The module that becomes the server or the agent, as `bin/kiroku` does. */
  entry: string;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  say(text: string): void;
  /** Called when both have come up for the first time. */
  ready(url: string): void;
}

/** Server and agent as two processes under one roof; resolves when both were stopped. */
export class Up {
  private readonly file: UpRecordFile;
  private record: UpRecord;
  private readonly server: SupervisedProcess;
  private readonly agent: SupervisedProcess;
  private url: string | undefined;
  private connected = false;
  private vainStarts = 0;
  private stopped: Promise<void> | undefined;
  private readonly finished = deferred();

  constructor(private readonly options: UpOptions) {
    this.file = new UpRecordFile(options.data);
    this.record = { up: identityOf(process.pid), startedAt: new Date().toISOString() };
    this.server = new SupervisedProcess(this.plan('server', () => this.serverArguments()), this.listener('server', (line) => this.serverSaid(line)));
    this.agent = new SupervisedProcess(this.plan('agent', () => this.agentArguments()), this.listener('agent', (line) => this.agentSaid(line)));
  }

  /** @throws CliFailure when the data or the port belongs to somebody else, or the server never comes to serve. */
  async run(): Promise<void> {
    mkdirSync(this.options.data, { recursive: true });
    await takeOver(this.file, (text) => this.options.say(text));
    await requireFreePort(this.options.listen);
    this.note({});
    this.server.start();
    try {
      await this.finished.promise;
    } finally {
      this.file.remove();
    }
  }

  /** The agent first: it says good-bye to a server that still listens. A second call only says that the first one is at work. */
  stop(): void {
    if (this.stopped !== undefined) return this.options.say('still stopping ...');
    this.options.say('stopping; jobs that run go on, and their results are delivered after the next start');
    this.stopped = this.end(this.agent, 'agent').then(() => this.end(this.server, 'server'));
    this.stopped.then(() => this.finished.resolve(), (error: Error) => this.finished.reject(error));
  }

  private async end(child: SupervisedProcess, name: string): Promise<void> {
    const cancelled = new AbortController();
    const late = pause(GRACE_MS, undefined, { signal: cancelled.signal }).then(() => {
      this.options.say(`${name} does not end: killing it (nothing is lost by that)`);
      child.kill();
    }, () => undefined);
    await child.stop();
    cancelled.abort();
    await late;
  }

  private plan(name: 'server' | 'agent', args: () => string[]): ProcessPlan {
    const { data, verbose, entry, env, cwd } = this.options;
    return {
      name, cwd, log: verbose ? undefined : join(data, 'logs', `${name}.log`),
      // All that they need is in their flags; an operator's KIROKU_TOKEN, or a token in kiroku.yaml here, must not enrol an agent.
      env: { ...Object.fromEntries(Object.entries(env).filter(([variable]) => !variable.startsWith('KIROKU_'))), KIROKU_CONFIG: devNull },
      arguments: () => ['--enable-source-maps', entry, ...args()],
    };
  }

  private listener(name: 'server' | 'agent', line: (text: string) => void): ProcessListener {
    return {
      line,
      started: (pid) => {
        this.options.say(`${name} started, pid ${pid}`);
        this.note({ [name]: identityOf(pid) });
      },
      died: ({ pid, how, retryMs }) => {
        const isMisused = how === WRONG_USAGE && retryMs !== undefined;
        const then = retryMs === undefined || isMisused ? '' : `; starting it again in ${retryMs / 1000} s`;
        this.options.say(`${name}${pid === undefined ? '' : ` (pid ${pid})`} ${how}${then}`);
        if (isMisused) return this.misused(name);
        if (name === 'server' && this.url === undefined && retryMs !== undefined) this.servedNever(how);
      },
    };
  }

  /** What was asked of it wrongly stays wrong however often it is started. */
  private misused(name: 'server' | 'agent'): void {
    const where = this.options.verbose ? '' : `: ${lastWords(join(this.options.data, 'logs', `${name}.log`))}`;
    void this.agent.stop().then(() => this.server.stop()).then(() => this.finished.reject(new CliFailure(`the ${name} cannot run like this${where}`, EXIT.usage)));
  }

  private servedNever(how: string): void {
    this.vainStarts += 1;
    if (this.vainStarts < TRIES_TO_SERVE) return;
    void this.server.stop();
    const where = this.options.verbose ? '' : `: ${join(this.options.data, 'logs', 'server.log')} says why`;
    this.finished.reject(new CliFailure(`the server ${how} ${this.vainStarts} times before it served${where}`, EXIT.refused));
  }

  private serverSaid(line: string): void {
    const url = /^listening on (https?:\S+)/.exec(line)?.[1];
    this.options.say(`server: ${oneLine(line)}`);
    if (url === undefined) return;
    const first = this.url === undefined;
    this.url = url;
    this.note({ url });
    if (first) this.agent.start();
  }

  private agentSaid(line: string): void {
    this.options.say(`agent: ${oneLine(line)}`);
    if (this.connected || !line.startsWith('connected to ')) return;
    this.connected = true;
    this.options.ready(this.url!);
  }

  /** After the first start the port is a given one, also when 0 was asked for: the agent and people know the address by then. */
  private serverArguments(): string[] {
    const { listen, data } = this.options;
    const port = this.url === undefined ? listen.port : Number(new URL(this.url).port || listen.port);
    return ['server', '--listen', hostAndPort({ host: listen.host, port }), '--data', data];
  }

  private agentArguments(): string[] {
    const { data, name, slots, tasks } = this.options;
    return [
      'agent', 'start', '--name', name, '--server', reachable(this.url!), '--data', join(data, `agent-${name}`), '--slots', String(slots),
      ...(tasks === undefined ? [] : ['--tasks', tasks.module]), ...(tasks?.hosts === undefined ? [] : ['--task-hosts', String(tasks.hosts)]),
    ];
  }

  private note(news: Partial<UpRecord>): void {
    this.record = { ...this.record, ...news };
    this.file.write(this.record);
  }
}

/** A server that listens on every address says 0.0.0.0 or [::], which is no address to go to. */
export function reachable(url: string): string {
  return url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/]|$)/, '//127.0.0.1');
}
