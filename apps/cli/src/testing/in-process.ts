import { PassThrough } from 'node:stream';
import type { AgentOptions, CliContext, CopyingModule, ServerOptions } from '../cli-context.js';
import { runCli } from '../run-cli.js';

export interface InProcess extends CliContext {
  /** All that was written so far. */
  text(stream: 'stdout' | 'stderr'): string;
  /** What was handed to the server or the agent. */
  readonly handed: { server?: ServerOptions; agent?: AgentOptions };
}

/** A world of memory for a command that runs inside the test. */
export function inProcess(more: Partial<Pick<CliContext, 'env' | 'cwd' | 'checkout'>> & { tty?: boolean; input?: string; failing?: Error; copying?: CopyingModule['copyBetween'] } = {}): InProcess {
  const stream = () => Object.assign(new PassThrough({ highWaterMark: 1e6 }), { isTTY: more.tty === true });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const streams = { stdout, stderr };
  if (more.input !== undefined) stdin.end(more.input);
  const written = { stdout: '', stderr: '' };
  const handed: InProcess['handed'] = {};
  const start = async () => {
    if (more.failing) throw more.failing;
  };
  return {
    env: more.env ?? {}, cwd: more.cwd ?? '/nowhere', checkout: more.checkout ?? '/nowhere/either', stdin, stdout, stderr, handed,
    now: () => Date.parse('2026-11-20T12:03:10.000Z'),
    loadServer: async () => ({ startServer: (options) => ((handed.server = options), start()) }),
    loadAgent: async () => ({ startAgent: (options) => ((handed.agent = options), start()) }),
    loadCopying: async () => ({ copyBetween: more.copying ?? (() => Promise.reject(new Error('nothing is copied here'))) }),
    text: (name) => (written[name] += String(streams[name].read() ?? '')),
  };
}

/** Runs a command line inside the test: exit code and what was said. */
export async function cli(args: string[], context = inProcess()): Promise<{ code: number; stdout: string; stderr: string; handed: InProcess['handed'] }> {
  const code = await runCli(args, '0.0.0', context);
  return { code, stdout: context.text('stdout'), stderr: context.text('stderr'), handed: context.handed };
}
