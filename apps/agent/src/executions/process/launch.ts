import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandSpec } from '#protocol/agent-link';
import type { ExecutionDirectory } from './execution-directory.js';

const WRAPPER = fileURLToPath(new URL('../wrapper.sh', import.meta.url));

/** What every launch has in common. */
export interface LaunchSetting {
  readonly bootId: string;
  /** Where relative working directories start. */
  readonly workDir: string;
  /** The agent's own environment without any `KIROKU_*`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly tools: { readonly setsid: string; readonly sync: string; readonly sleep: string; readonly env: string };
}

/** @throws Error when a program that the wrapper needs is not on the agent's PATH */
export function launchSetting(bootId: string, workDir: string, environment: NodeJS.ProcessEnv): LaunchSetting {
  const path = environment['PATH'] ?? '/usr/bin:/bin';
  const tools = { setsid: find('setsid', path), sync: find('sync', path), sleep: find('sleep', path), env: find('env', path) };
  const own = Object.entries(environment).filter(([name]) => !name.startsWith('KIROKU_') && !isAwkwardName(name));
  return { bootId, workDir, environment: Object.fromEntries([...own, ['PWD', undefined]]), tools };
}

/** Starts a wrapper that lives on when the agent dies: a session of its own, nothing connected. The claim decides whether it runs the job. */
export function spawnWrapper(directory: ExecutionDirectory, spec: CommandSpec, setting: LaunchSetting): ChildProcess {
  const { tools } = setting;
  const cwd = spec.cwd === undefined ? directory.work : resolve(setting.workDir, spec.cwd);
  const child = spawn('/bin/sh', [WRAPPER, setting.bootId, tools.setsid, tools.sync, tools.sleep, cwd, ...argvOf(spec, tools.env)], {
    cwd: directory.path, env: environmentOf(spec, setting.environment), detached: true, stdio: 'ignore',
  });
  child.unref();
  return child;
}

/** Values go as arguments and environment only; nothing is ever put into the text of a script. */
function argvOf(spec: CommandSpec, env: string): string[] {
  const argv = typeof spec.command === 'string' ? ['/bin/sh', '-c', spec.command] : spec.command;
  const awkward = Object.entries(spec.env).filter(([name]) => isAwkwardName(name));
  return awkward.length === 0 ? argv : [env, '--', ...awkward.map(([name, value]) => `${name}=${value}`), ...argv];
}

function environmentOf(spec: CommandSpec, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...own,
    ...Object.fromEntries(Object.entries(spec.env).filter(([name]) => !isAwkwardName(name))),
    KIROKU_RUN_ID: spec.runId,
    KIROKU_JOB_ID: spec.jobId,
    KIROKU_EXECUTION_ID: spec.executionId,
    KIROKU_ATTEMPT: String(spec.attempt),
  };
}

/** Names that a shell drops or gives a meaning of its own: they go around the wrapper's shell, through env(1). */
export function isAwkwardName(name: string): boolean {
  return !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || /^(IFS|OPTIND|PPID|PS[124]|PWD|OLDPWD|LINENO|MAIL|MAILPATH|MAILCHECK|kiroku_wrapper_.*)$/.test(name);
}

function find(program: string, path: string): string {
  for (const directory of path.split(delimiter)) {
    const candidate = join(directory === '' ? '.' : directory, program);
    try {
      accessSync(candidate, constants.X_OK);
      return resolve(candidate);
    } catch {
      continue;
    }
  }
  throw new Error(`the agent needs the program '${program}' (util-linux, coreutils), which is not on its PATH ${path}`);
}
