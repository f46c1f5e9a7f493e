import { join } from 'node:path';
import type { Plan } from './plan.js';

/**
 * A1 and what comes after it. Every execution appends a line of its own to the run's marks when it begins and when it ends; so does one that gets
 * SIGTERM. Where a scenario needs A1 to be still there, its first execution waits to be let go.
 */
export function jobnetOf(plan: Plan, directory: string): string {
  const { scenario, seed, shape } = plan;
  const lines = [`jobnet: S${scenario}-${seed}`, 'jobs:', `  A1: { agent: local, successCodes: [${successCodes(plan).join(', ')}], command: ${JSON.stringify(a1(plan, directory))} }`];
  const follow = JSON.stringify(`${mark(directory, 'begin')}; ${mark(directory, 'end')}`);
  // Skipped while its own agent is away, A1 is followed on another one.
  const agent = scenario === 11 ? 'other' : 'local';
  lines.push(`  A2: { agent: ${agent}, after: A1, command: ${follow} }`);
  if (shape.jobs === 3) lines.push(`  A3: { agent: ${agent}, after: ${shape.order === 'row' ? 'A2' : 'A1'}, command: ${follow} }`);
  return `${lines.join('\n')}\n`;
}

/** Who comes after whom, by job. */
export function predecessors({ shape }: Plan): Readonly<Record<string, string>> {
  return { A2: 'A1', ...(shape.jobs === 3 ? { A3: shape.order === 'row' ? 'A2' : 'A1' } : {}) };
}

/** The exit code of an attempt of A1. A re-run succeeds, so that the run can come to its end. */
export function exitCodeOf(plan: Plan, attempt = 1): number {
  if (attempt === 1 && (plan.scenario === 9 || plan.scenario === 11)) return plan.firstExitCode;
  return attempt === 1 ? plan.shape.exitCode : 0;
}

function successCodes(plan: Plan): number[] {
  return plan.scenario === 9 || plan.scenario === 11 ? [0] : [plan.shape.exitCode];
}

function isLetGo({ scenario }: Plan): boolean {
  return scenario === 4 || scenario === 9 || scenario === 11;
}

function a1(plan: Plan, directory: string): string {
  const { lastsMs, outputBytes } = plan.shape;
  const wait = `[ $KIROKU_ATTEMPT != 1 ] || while [ ! -e ${join(directory, 'go')}-$KIROKU_EXECUTION_ID ]; do sleep 0.05; done`;
  return [
    `trap '${mark(directory, 'term')}; exit 143' TERM`, mark(directory, 'begin'), ...(isLetGo(plan) ? [wait] : []), `sleep ${(lastsMs / 1000).toFixed(3)}`,
    `head -c ${outputBytes} /dev/zero | tr '\\0' x`, mark(directory, 'end'), `[ $KIROKU_ATTEMPT = 1 ] || exit ${exitCodeOf(plan, 2)}`, `exit ${exitCodeOf(plan)}`,
  ].join('; ');
}

/** The shell opens it with O_APPEND. */
function mark(directory: string, word: string): string {
  return `echo "${word} $KIROKU_EXECUTION_ID" >> ${join(directory, 'marks')}-$KIROKU_RUN_ID`;
}
