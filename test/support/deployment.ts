import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentView, JobView, RunView } from '#protocol/api';
import { Api } from './api.js';
import { freePort } from './free-port.js';
import { type Injection, onBoot } from './injection.js';
import { KirokuProcess } from './kiroku-process.js';
import { SmallDisk } from './small-disk.js';
import { InVainError, waitFor } from './wait-for.js';

export interface AgentStart {
  readonly slots?: number;
  readonly servers?: readonly string[];
  /** Whether to wait until it is connected. */
  readonly connected?: boolean;
  /** The module of its tasks. */
  readonly tasks?: string;
  readonly inject?: readonly Injection[];
}

/** A server and its agents as real processes, on a directory and a port of their own. */
export class Deployment {
  server: KirokuProcess | undefined;
  readonly agents = new Map<string, KirokuProcess>();
  readonly api: Api;
  /** The server's `--data`. */
  readonly data: string;
  private readonly disks: SmallDisk[] = [];

  private constructor(readonly directory: string, readonly port: number) {
    this.data = join(directory, 'data');
    mkdirSync(this.data);
    this.api = new Api(this.url, () => readFileSync(join(this.data, 'operator.token'), 'utf8').trim());
  }

  static async create(): Promise<Deployment> {
    return new Deployment(mkdtempSync(join(tmpdir(), 'kiroku-e2e-')), await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A path that jobs of this test share with it. */
  path(name: string): string {
    return join(this.directory, name);
  }

  /** A disk of so many megabytes at a path of this deployment, mounted until the end. */
  smallDisk(path: string, megabytes: number): SmallDisk {
    const disk = SmallDisk.mount(path, megabytes);
    this.disks.push(disk);
    return disk;
  }

  async startServer(...inject: readonly Injection[]): Promise<void> {
    const server = KirokuProcess.start(['server', '--listen', `127.0.0.1:${this.port}`, '--data', this.data], { cwd: this.directory, log: this.path('server.log'), inject });
    this.server = server;
    await waitFor('the server listens', () => server.printed().some((line) => line.startsWith('listening on ')) || stillAlive(server, this.path('server.log')));
  }

  async killServer(): Promise<void> {
    await this.server?.kill();
  }

  /** Resolves when the agent is connected, unless `--server` names somebody else than this server. */
  async startAgent(name = 'local', { slots = 8, servers = [this.url], connected = true, tasks, inject = [] }: AgentStart = {}): Promise<void> {
    const args = ['agent', 'start', '--name', name, ...servers.flatMap((url) => ['--server', url]), '--data', this.agentData(name), '--slots', String(slots), ...(tasks === undefined ? [] : ['--tasks', tasks])];
    const agent = KirokuProcess.start([...args, '--token', readFileSync(join(this.data, 'agent.token'), 'utf8').trim()], { cwd: this.directory, log: this.path(`${name}.log`), inject });
    this.agents.set(name, agent);
    if (connected) await waitFor('the agent is connected', () => agent.printed().some((line) => line.startsWith('connected to ')) || stillAlive(agent, this.path(`${name}.log`)));
  }

  /** The `--data` of an agent. */
  agentData(name = 'local'): string {
    return join(this.data, `agent-${name}`);
  }

  /** An agent's host goes down: the agent and every process of its jobs end at once. When it is started again that is another boot. */
  async rebootHost(name = 'local', bootId: string = randomUUID()): Promise<Injection> {
    await this.killAgent(name);
    // Stopped first, so that no wrapper sees the end of its job and writes it down.
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) strike(processesIn(this.agentData(name)), signal);
    await waitFor(`no process of the host of ${name} is left`, () => processesIn(this.agentData(name)).length === 0);
    return onBoot(bootId);
  }

  async killAgent(name = 'local'): Promise<void> {
    await this.agents.get(name)?.kill();
  }

  /** All that the server, or an agent, has logged. */
  saidBy(name: string): string {
    const log = this.path(`${name}.log`);
    return existsSync(log) ? readFileSync(log, 'utf8') : '';
  }

  /** Waits until the server shows an agent so. */
  agentIs(state: AgentView['state'], name = 'local'): Promise<true> {
    return waitFor(`agent ${name} is ${state}`, async () => (await this.api.agents()).some((agent) => agent.name === name && agent.state === state));
  }

  /** Kills an agent, and waits until the server has noticed. */
  async loseAgent(name = 'local'): Promise<void> {
    await this.killAgent(name);
    await this.agentIs('away', name);
  }

  /** Starts a run of jobnet A, whose A1 leaves a mark when it begins, and waits until it runs and the server knows. */
  async startUntilA1Runs(jobnet: string): Promise<string> {
    await this.api.define('A', jobnet);
    const runId = await this.api.start('A');
    await waitFor('A1 has begun', () => this.marks().length === 1);
    await this.job(runId, 'A1', 'running');
    return runId;
  }

  /** Waits until a job of a run is as described. */
  job(runId: string, jobId: string, state: JobView['state']): Promise<JobView> {
    return waitFor(`${jobId} is ${state}`, async () => (await this.api.run(runId)).jobs.find((job) => job.jobId === jobId && job.state === state));
  }

  status(runId: string, status: RunView['status']): Promise<RunView> {
    return waitFor(`the run is ${status}`, async () => {
      const run = await this.api.run(runId);
      return run.status === status && run;
    });
  }

  /** The lines that jobs wrote; none when there is no such file. */
  marks(name = 'marks'): string[] {
    const file = this.path(name);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : [];
  }

  /** Ends everything that was started, jobs included, by id. */
  async destroy(): Promise<void> {
    await Promise.all([...this.agents.values(), ...(this.server === undefined ? [] : [this.server])].map((each) => each.kill()));
    strike(processesIn(this.directory), 'SIGKILL');
    for (const disk of this.disks.splice(0).reverse()) disk.unmount();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Jobs and wrappers outlive their agent; they are known by where they work. */
function processesIn(directory: string): number[] {
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(directory) || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      return false;
    }
  });
}

function strike(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in between.
    }
  }
}

/** A process that has ended will not get any further: says why instead of waiting for it. */
async function stillAlive(started: KirokuProcess, log: string): Promise<false> {
  if (started.isAlive) return false;
  await started.fellSilent;
  throw new InVainError(`the process has ended: ${existsSync(log) ? readFileSync(log, 'utf8').slice(-2000) : ''}`);
}
