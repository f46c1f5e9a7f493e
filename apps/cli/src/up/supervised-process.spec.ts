import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SupervisedProcess } from './supervised-process.js';

const LIVES = 'console.error("to the log"); console.log("up " + process.pid); setInterval(() => {}, 1000)';

interface Death { pid: number | undefined; how: string; retryMs: number | undefined }

let folder: string;
let one: SupervisedProcess | undefined;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kiroku-supervised-'))));
afterEach(async () => {
  one?.kill();
  await one?.stop();
  rmSync(folder, { recursive: true });
});

/** Lines and deaths as they come, each to be waited for. */
function supervise(script: string) {
  const lines = queue<string>();
  const deaths = queue<Death>();
  const started = queue<number>();
  one = new SupervisedProcess(
    { name: 'x', arguments: () => ['-e', script], env: { PATH: process.env['PATH'] }, cwd: folder, log: join(folder, 'logs/x.log') },
    { started: started.put, line: lines.put, died: deaths.put },
  );
  return { one, lines, deaths, started };
}

function queue<Item>() {
  const items: Item[] = [];
  const waiting: ((item: Item) => void)[] = [];
  return {
    put: (item: Item) => {
      const taker = waiting.shift();
      if (taker === undefined) items.push(item);
      else taker(item);
    },
    left: () => items,
    next: () => new Promise<Item>((resolve) => (items.length > 0 ? resolve(items.shift()!) : waiting.push(resolve))),
  };
}

describe('a supervised process', () => {
  it('is restarted when it is killed, and says how it died', async () => {
    const { one, lines, deaths, started } = supervise(LIVES);
    one.start();
    const first = await started.next();
    expect(await lines.next()).toBe(`up ${first}`);
    process.kill(first, 'SIGKILL');
    expect(await deaths.next()).toEqual({ pid: first, how: 'was killed by SIGKILL', retryMs: 200 });
    const second = await started.next();
    expect(second).not.toBe(first);
    expect(await lines.next()).toBe(`up ${second}`);
    expect(readFileSync(join(folder, 'logs/x.log'), 'utf8')).toBe('to the log\nto the log\n');
  });

  it('is restarted ever more slowly, up to two seconds', async () => {
    const { one, deaths } = supervise('process.exit(3)');
    one.start();
    const retries = [];
    for (let death = 0; death < 4; death += 1) retries.push(await deaths.next());
    expect(retries.map(({ retryMs }) => retryMs)).toEqual([200, 400, 800, 1600]);
    expect(retries[0]!.how).toBe('ended with exit code 3');
  });

  it('leads a process group of its own, so that Ctrl-C does not reach it', async () => {
    const { one, lines, started } = supervise(LIVES);
    one.start();
    await lines.next();
    const pid = await started.next();
    const group = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[2];
    expect(group).toBe(String(pid));
  });

  it('is told to end once, however often it is stopped', async () => {
    const { one, lines, deaths } = supervise('process.on("SIGTERM", () => { console.log("TERM"); setTimeout(() => process.exit(0), 100) }); console.log("up"); setInterval(() => {}, 1000)');
    one.start();
    expect(await lines.next()).toBe('up');
    await Promise.all([one.stop(), one.stop()]);
    expect(await deaths.next()).toMatchObject({ how: 'ended with exit code 0', retryMs: undefined });
    expect(await lines.next()).toBe('TERM');
    expect(lines.left()).toEqual([]);
  });

  it('stays down when it is stopped while it waits for its restart', async () => {
    const { one, deaths } = supervise('process.exit(1)');
    one.start();
    await deaths.next();
    await one.stop();
    one.start();
    expect(one.pid).toBeUndefined();
  });
});
