import { createInterface } from 'node:readline';
import { ExecutionKeeper } from '../execution-keeper.js';
import type { KeeperCall, KeeperHostConfig } from './keeper-call.js';

/**
 * A process of its own around a keeper, for tests that kill it: calls come as JSON lines on stdin, answers and events go as JSON
 * lines to stdout. With `crashAt` it kills itself at that step, between two of the keeper's.
 */
const config = JSON.parse(process.argv[2] ?? '') as KeeperHostConfig;
let stepsToCrash = config.crashAt?.occurrence ?? 1;

const keeper = await ExecutionKeeper.open({
  dataDir: config.dataDir,
  slots: config.slots,
  ...(config.bootId !== undefined && { bootId: config.bootId }),
  ...(config.workDir !== undefined && { workDir: config.workDir }),
  ...(config.tasks !== undefined && { tasks: config.tasks }),
  ...(config.taskGraceMs !== undefined && { taskGraceMs: config.taskGraceMs }),
  onReport: () => say({ event: 'report' }),
  log: (level, message, details) => process.stderr.write(`${JSON.stringify({ level, message, ...details })}\n`),
  onStep: (step) => {
    if (step === config.crashAt?.step && --stepsToCrash === 0) process.kill(process.pid, 'SIGKILL');
  },
});
say({ event: 'open' });

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, call } = JSON.parse(line) as { id: number; call: KeeperCall };
  answer(call).then((value) => say({ id, value: value ?? null }), (error: unknown) => say({ id, error: String(error) }));
});

async function answer(call: KeeperCall): Promise<unknown> {
  switch (call.do) {
    case 'offer': return keeper.offer(call.frame);
    case 'cancel': return keeper.cancel(call.frame);
    case 'stop': return keeper.stop(call.frame);
    case 'reports': return keeper.pendingReports();
    case 'acknowledge': return keeper.acknowledged(call.executionId, call.sequence, call.receipt);
    case 'hello': return keeper.hello();
    case 'session': return keeper.sessionBegan({ session: call.session });
    case 'close': return keeper.close();
  }
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
