// Servers, two agents and a proxy before each of their ways: real processes, on disks of their own, in one directory.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STORES } from '../stores/kinds.mjs';
import { Api } from './api.mjs';
import { Disk } from './disk.mjs';
import { Links } from './links.mjs';
import { AGENTS, serverNames } from './names.mjs';
import { killProcessesIn } from './processes.mjs';
import { Product } from './product.mjs';
import { Proxy } from './proxy.mjs';

const TASKS = fileURLToPath(new URL('../tasks.mjs', import.meta.url));

export class Stage {
  /**
   * @param servers how many
   * @param logs where a new log is had
   * @param random whom of the servers somebody asks
   */
  static async open({ store, servers, logs, breaks, random }) {
    const stage = new Stage();
    Object.assign(stage, { store, breaks, random, log: logs.newLog(), database: logs.database, serverNames: serverNames(servers) });
    stage.directory = mkdtempSync(join(tmpdir(), 'kiroku-campaign-'));
    stage.marks = join(stage.directory, 'marks');
    mkdirSync(stage.marks);
    stage.disks = new Map([...stage.serverNames, ...AGENTS].map((name) => [name, new Disk(join(stage.directory, name))]));
    stage.log.lieIn(stage.serverData(stage.serverNames[0]), stage.directory);
    stage.products = new Map();
    /** By name of the server: where it serves now. */
    stage.urls = new Map();
    /** Servers of which nobody expects an answer. */
    stage.frozen = new Set();
    stage.bootIds = new Map();
    /** By process, in milliseconds: how far its wall clock is ahead of ours. */
    stage.clocks = new Map();
    /** The logs that a restore took away. What is answered now is answered in the life after them. */
    stage.formerLogs = [];
    stage.starts = 0;
    /** By name: of every process that was started under it, the newest last. */
    stage.processIds = new Map();
    /** Ends of processes that nobody has struck. */
    stage.surprises = [];
    stage.api = new Api({ choose: () => stage.anyServer(), token: () => stage.token('operator') });
    await stage.link();
    return stage;
  }

  /** Half of the agents try the last server first. */
  async link() {
    this.links = new Map();
    for (const [index, agent] of AGENTS.entries()) {
      const proxies = new Map();
      for (const name of index % 2 === 0 ? this.serverNames : [...this.serverNames].reverse()) proxies.set(name, await Proxy.to(() => this.portOf(name)));
      this.links.set(agent, new Links(proxies));
    }
    /** By server, if there is a network between it and its log. */
    this.storeLinks = new Map();
    if (!STORES[this.store].hasNetwork) return;
    for (const name of this.serverNames) this.storeLinks.set(name, await Proxy.to(() => this.log.port, { speaksHttp: false }));
  }

  get canFillDisks() {
    return [...this.disks.values()].every(({ isOwn }) => isOwn);
  }

  get life() {
    return this.formerLogs.length;
  }

  server(name) {
    return this.products.get(name);
  }

  agent(name) {
    return this.products.get(name);
  }

  agentData(name) {
    return join(this.directory, name, 'data');
  }

  serverData(name) {
    return join(this.directory, name, 'data');
  }

  /** Those of one server are good for all, as the log knows them. */
  token(name) {
    return readFileSync(join(this.serverData(this.serverNames[0]), `${name}.token`), 'utf8').trim();
  }

  portOf(server) {
    return Number(new URL(this.urls.get(server)).port);
  }

  /** One that lives and is not frozen. */
  anyServer() {
    const there = this.serverNames.filter((name) => this.urls.has(name) && this.server(name)?.isAlive === true && !this.frozen.has(name));
    if (there.length === 0) throw new Error('no server is there');
    const name = this.random.pick(there);
    return { name, url: this.urls.get(name), life: this.life };
  }

  /** @returns the server with which an agent's process has its newest session */
  serverOfAgent(agent) {
    const line = this.agent(agent).lines.findLast((each) => each.startsWith('connected to '));
    return line === undefined ? undefined : this.links.get(agent).serverAt(line.slice('connected to '.length).split(' ', 1)[0]);
  }

  async startServer(name, armed) {
    const server = this.start(name, ['server', '--listen', '127.0.0.1:0', '--data', this.serverData(name), ...this.log.argsFor(this.storeLinks.get(name)?.port)], { armed });
    const line = await server.line('listening on ');
    if (line === undefined) return false;
    this.urls.set(name, line.slice('listening on '.length));
    return true;
  }

  startAgent(name, slots, armed) {
    return this.start(name, this.agentArgs(name, slots, this.links.get(name).urls, this.agentData(name)), { armed, bootId: this.bootIds.get(name) });
  }

  /** Another process under an agent's name, which talks to the servers themselves. It may end when it likes. */
  startStranger(name, data) {
    const stranger = this.start(`${name}-stranger`, this.agentArgs(name, 4, this.random.shuffled([...this.urls.values()]), data), { bootId: this.bootIds.get(name) });
    stranger.isAwaited = true;
    return stranger;
  }

  agentArgs(name, slots, servers, data) {
    return [
      'agent', 'start', '--name', name, ...servers.flatMap((url) => ['--server', url]), '--data', data, '--slots', String(slots), '--tasks', TASKS, '--task-hosts', '1',
      '--token', this.token('agent'),
    ];
  }

  start(name, args, { armed, bootId }) {
    const clock = this.clocks.get(name);
    const product = new Product({
      args, cwd: this.directory, control: join(this.directory, 'control', `${name}-${this.starts}`), log: join(this.directory, `${name}.log`), breaks: this.breaks,
      env: {
        CAMPAIGN_STORE: this.store, ...(armed !== undefined && { CAMPAIGN_CRASH: armed }), ...(bootId !== undefined && { CAMPAIGN_BOOT_ID: bootId }),
        ...(clock !== undefined && { CAMPAIGN_CLOCK_MS: String(clock) }),
      },
    });
    this.starts += 1;
    this.products.set(name, product);
    this.processIds.set(name, [...(this.processIds.get(name) ?? []), product.child.pid]);
    void product.ended.then(() => {
      if (!product.isAwaited && product.hits().every((step) => /^(wrapper|host):/.test(step))) this.surprises.push(`${name} ended by itself with ${product.end}`);
    });
    return product;
  }

  async close({ keep }) {
    await Promise.all([...this.products.values()].map((product) => product.kill()));
    killProcessesIn(this.directory);
    for (const link of [...this.links.values(), ...this.storeLinks.values()]) link.close();
    if (keep) await this.log.keepIn(this.directory);
    await this.log.drop();
    for (const disk of this.disks.values()) {
      // What is kept has to be on a disk that stays.
      if (keep && disk.isOwn) execFileSync('cp', ['-a', disk.path, `${disk.path}-kept`]);
      disk.unmount();
    }
    if (!keep) rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
