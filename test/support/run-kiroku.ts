import { spawn } from 'node:child_process';
import { KIROKU } from './kiroku-process.js';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command line of the CLI to its end, with nothing of this environment's KIROKU_ variables. */
export function runKiroku(args: readonly string[], { cwd, input = '' }: { cwd: string; input?: string }): Promise<Outcome> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KIROKU_') && name !== 'NODE_OPTIONS'));
  const child = spawn(KIROKU, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr })));
}
