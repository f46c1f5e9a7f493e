import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import { basename } from 'node:path';

/** What names a process for ever on one boot: a pid is used again, a pid with this start time is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since the boot. */
  readonly startTime: string;
}

interface ProcessStat {
  readonly state: string;
  readonly session: number;
  readonly startTime: string;
}

/** Of an execution's FIFO, in its directory. */
export const FIFO_NAME = 'life';

export function currentBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Seconds since the boot, time asleep included: it goes on across restarts of the agent. Read from /proc/uptime, as a wrapper does, at a quarter of the cost of reading the file here. */
export function uptimeSeconds(): number {
  return uptime();
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return livingStat(pid)?.startTime === startTime;
}

/** Of a process that lives. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = livingStat(pid);
  return stat && { pid, startTime: stat.startTime };
}

/**
 * Processes of an execution that its FIFO does not show: a program may close every descriptor it inherited (Python does it for
 * its children). They are found by the session or by the environment they got; read only when all else says that nobody is left.
 */
export function findProcessesOf(executionId: string, session: number | undefined): number[] {
  return allPids().filter((pid) => {
    const stat = livingStat(pid);
    return stat !== undefined && (stat.session === session || executionIdOf(pid) === executionId);
  });
}

/** An execution whose processes are looked for, wherever they went. */
export interface Quarry {
  readonly executionId: string;
  /** Every descendant inherits it open for writing. */
  readonly fifo: string;
  /** Leads a session of its own, which is spared: it has the FIFO and the environment too. */
  readonly wrapper: number | undefined;
  /** No descendant is older than the job. */
  readonly job: ProcessIdentity;
}

/** Tells of each process that holds the FIFO of an execution or got its id, in one pass over /proc for all of them. */
export function huntDown<Q extends Quarry>(quarries: readonly Q[], onFound: (quarry: Q, pid: number) => void): void {
  const byId = new Map(quarries.map((quarry) => [quarry.executionId, quarry]));
  const byFifo = new Map(quarries.flatMap((quarry) => {
    const file = fileOf(quarry.fifo);
    return file === undefined ? [] : [[file, quarry] as const];
  }));
  for (const pid of allPids()) {
    const stat = pid === process.pid ? undefined : livingStat(pid);
    if (stat === undefined) continue;
    const quarry = byId.get(executionIdOf(pid) ?? '') ?? quarryHeld(pid, byFifo);
    if (quarry !== undefined && stat.session !== quarry.wrapper && BigInt(stat.startTime) >= BigInt(quarry.job.startTime)) onFound(quarry, pid);
  }
}

/** Only descriptors that can write count: whoever reads the FIFO, like an agent, watches it. */
function quarryHeld<Q>(pid: number, byFifo: ReadonlyMap<string, Q>): Q | undefined {
  for (const fd of namesIn(`/proc/${pid}/fd`)) {
    const quarry = byFifo.get(fifoBehind(`/proc/${pid}/fd/${fd}`) ?? '');
    if (quarry !== undefined && isWritable(pid, fd)) return quarry;
  }
  return undefined;
}

function isWritable(pid: number, fd: string): boolean {
  const [, flags = '0'] = /^flags:\s+([0-7]+)$/m.exec(textOf(`/proc/${pid}/fdinfo/${fd}`) ?? '') ?? [];
  return (parseInt(flags, 8) & 3) !== 0;
}

function allPids(): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => pid > 0);
}

function executionIdOf(pid: number): string | undefined {
  return /\0KIROKU_EXECUTION_ID=([^\0]*)\0/.exec(`\0${textOf(`/proc/${pid}/environ`) ?? ''}`)?.[1];
}

/** Of a process that still runs: a zombie has ended. */
function livingStat(pid: number): ProcessStat | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // Field 2, the name, may hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const stat = { state: fields[0] ?? '', session: Number(fields[3]), startTime: fields[19] ?? '' };
  return stat.state === 'Z' || stat.state === 'X' ? undefined : stat;
}

/** By name first: to stat whatever a process has open could wait for a dead file server. */
function fifoBehind(descriptor: string): string | undefined {
  try {
    return basename(readlinkSync(descriptor)) === FIFO_NAME ? fileOf(descriptor) : undefined;
  } catch {
    return undefined;
  }
}

function fileOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Undefined where it is gone, or another user's. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
