// A server or an agent as a process of its own: the built product, with what a campaign loads into it by `--import`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { STEP_NAMES } from '../inject/steps.mjs';
import { whenOver } from '../../scripts/when-over.mjs';
import { until } from './waiting.mjs';

const MAIN = fileURLToPath(new URL('../../dist/apps/cli/src/main.js', import.meta.url));
const importOf = (name) => ['--import', new URL(`../inject/${name}.mjs`, import.meta.url).href];

export class Product {
  /** @param control a directory of its own for what is loaded into it */
  constructor({ args, cwd, control, log, breaks, env = {} }) {
    mkdirSync(control, { recursive: true });
    for (const name of ['arm', 'hits']) rmSync(join(control, name), { force: true });
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KIROKU_') && name !== 'NODE_OPTIONS'));
    const imports = [...importOf('crash-points'), ...importOf('boot-id'), ...importOf('clock'), ...(breaks === undefined ? [] : importOf(`breaks/${breaks}`))];
    const output = openSync(log, 'a');
    this.control = control;
    this.lines = [];
    this.isAwaited = false;
    this.child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...imports, MAIN, ...args], {
      cwd, detached: true, stdio: ['ignore', 'pipe', output], env: { ...own, ...env, CAMPAIGN_DIRECTORY: control },
    });
    closeSync(output);
    createInterface({ input: this.child.stdout }).on('line', (line) => this.lines.push(line));
    this.ended = once(this.child, 'exit');
    this.forget = whenOver(() => this.strike('SIGKILL'));
    void this.ended.then(() => this.forget());
  }

  get isAlive() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get end() {
    return this.child.signalCode ?? this.child.exitCode;
  }

  /** The first line that begins so; undefined when the process has ended without it. */
  async line(beginning, patienceMs = 60_000) {
    const found = await until(() => this.lines.find((line) => line.startsWith(beginning)) ?? (this.isAlive ? undefined : 'ended'), patienceMs, 10);
    return found === 'ended' ? undefined : found;
  }

  /** It and its group; its jobs are in sessions of their own. */
  strike(signal) {
    if (!this.isAlive || this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // It ended in between.
    }
  }

  async kill(signal = 'SIGKILL') {
    this.isAwaited = true;
    this.strike(signal);
    await this.ended;
  }

  /** SIGKILL at the `count`th passing of a step from now on; without a step it is off. */
  async arm(step, count = 1) {
    this.isAwaited = step !== undefined;
    writeFileSync(join(this.control, 'arm'), step === undefined ? '' : `${step}#${count}`);
    // Before the handler is there the signal would end it.
    await until(() => !this.isAlive || this.stepCounts() !== undefined, 10_000, 10);
    if (this.isAlive) process.kill(this.child.pid, 'SIGUSR2');
  }

  /** Whether it (or a wrapper or a task host of its) ended at a step. */
  hits() {
    const file = join(this.control, 'hits');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : [];
  }

  /** What it passed last, and how often it passed what. */
  stepCounts() {
    const file = join(this.control, 'steps');
    if (!existsSync(file)) return undefined;
    const bytes = readFileSync(file);
    if (bytes.length < 4 * (STEP_NAMES.length + 1)) return undefined;
    const newest = bytes.readUInt32LE(0);
    return { newest: newest === 0 ? undefined : STEP_NAMES[newest - 1] };
  }
}
