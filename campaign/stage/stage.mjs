// A server, two agents and a proxy before each: real processes, on disks of their own, in one directory.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Api } from './api.mjs';
import { Disk } from './disk.mjs';
import { Product } from './product.mjs';
import { Proxy } from './proxy.mjs';

const TASKS = fileURLToPath(new URL('../tasks.mjs', import.meta.url));

export const AGENTS = ['one', 'two'];

export class Stage {
  static async open(breaks) {
    const stage = new Stage();
    stage.directory = mkdtempSync(join(tmpdir(), 'kiroku-campaign-'));
    stage.breaks = breaks;
    stage.marks = join(stage.directory, 'marks');
    mkdirSync(stage.marks);
    stage.disks = new Map(['server', ...AGENTS].map((name) => [name, new Disk(join(stage.directory, name))]));
    stage.data = join(stage.directory, 'server', 'data');
    stage.products = new Map();
    stage.proxies = new Map();
    stage.bootIds = new Map();
    /** By process, in milliseconds: how far its wall clock is ahead of ours. */
    stage.clocks = new Map();
    /** The logs that a restore took away. What is answered now is answered in the life after them. */
    stage.formerLogs = [];
    stage.starts = 0;
    /** Ends of processes that nobody has struck. */
    stage.surprises = [];
    stage.api = new Api(() => stage.url, () => stage.token('operator'));
    for (const name of AGENTS) stage.proxies.set(name, await Proxy.to(() => Number(new URL(stage.url).port)));
    return stage;
  }

  get canFillDisks() {
    return [...this.disks.values()].every(({ isOwn }) => isOwn);
  }

  get life() {
    return this.formerLogs.length;
  }

  get server() {
    return this.products.get('server');
  }

  agent(name) {
    return this.products.get(name);
  }

  agentData(name) {
    return join(this.directory, name, 'data');
  }

  token(name) {
    return readFileSync(join(this.data, `${name}.token`), 'utf8').trim();
  }

  async startServer(armed) {
    const server = this.start('server', ['server', '--listen', '127.0.0.1:0', '--data', this.data], { armed });
    const line = await server.line('listening on ');
    if (line === undefined) return false;
    this.url = line.slice('listening on '.length);
    return true;
  }

  startAgent(name, slots, armed) {
    return this.start(name, this.agentArgs(name, slots, this.proxies.get(name).url, this.agentData(name)), { armed, bootId: this.bootIds.get(name) });
  }

  /** Another process under an agent's name, which talks to the server itself. It may end when it likes. */
  startStranger(name, data) {
    const stranger = this.start(`${name}-stranger`, this.agentArgs(name, 4, this.url, data), { bootId: this.bootIds.get(name) });
    stranger.isAwaited = true;
    return stranger;
  }

  agentArgs(name, slots, server, data) {
    return ['agent', 'start', '--name', name, '--server', server, '--data', data, '--slots', String(slots), '--tasks', TASKS, '--task-hosts', '1', '--token', this.token('agent')];
  }

  start(name, args, { armed, bootId }) {
    const clock = this.clocks.get(name);
    const product = new Product({
      args, cwd: this.directory, control: join(this.directory, 'control', `${name}-${this.starts}`), log: join(this.directory, `${name}.log`), breaks: this.breaks,
      env: {
        ...(armed !== undefined && { CAMPAIGN_CRASH: armed }), ...(bootId !== undefined && { CAMPAIGN_BOOT_ID: bootId }), ...(clock !== undefined && { CAMPAIGN_CLOCK_MS: String(clock) }),
      },
    });
    this.starts += 1;
    this.products.set(name, product);
    void product.ended.then(() => {
      if (!product.isAwaited && product.hits().every((step) => /^(wrapper|host):/.test(step))) this.surprises.push(`${name} ended by itself with ${product.end}`);
    });
    return product;
  }

  /** Jobs and wrappers outlive their agent; they are known by where they work. Stopped first, so that none sees another's end. */
  killProcessesIn(directory) {
    const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map(Number).filter((pid) => pid !== process.pid && worksIn(pid, directory));
    for (const signal of ['SIGSTOP', 'SIGKILL']) for (const pid of pids) strike(pid, signal);
    return pids.length;
  }

  async close({ keep }) {
    await Promise.all([...this.products.values()].map((product) => product.kill()));
    this.killProcessesIn(this.directory);
    for (const proxy of this.proxies.values()) proxy.close();
    for (const disk of this.disks.values()) {
      // What is kept has to be on a disk that stays.
      if (keep && disk.isOwn) execFileSync('cp', ['-a', disk.path, `${disk.path}-kept`]);
      disk.unmount();
    }
    if (!keep) rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function worksIn(pid, directory) {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${directory}/`);
  } catch {
    return false;
  }
}

function strike(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}
