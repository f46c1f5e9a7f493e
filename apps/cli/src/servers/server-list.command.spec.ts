import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerView } from '#protocol/servers';
import { FakeServer } from '../testing/fake-server.js';
import { kiroku } from '../testing/run-kiroku.js';
import { T0 } from '../testing/views.js';

let server: FakeServer;
let data: string;

beforeEach(async () => {
  server = await FakeServer.start();
  data = mkdtempSync(join(tmpdir(), 'kiroku-list-'));
});
afterEach(async () => {
  await server.stop();
  rmSync(data, { recursive: true });
});

const facts = { since: T0, startedAt: T0, version: '1.2.3', host: 'h' } as const;
const both: ServerView[] = [
  { ...facts, server: 's1', state: 'silent', reason: 'nothing was heard of it for 6 s', pid: 1, ownsTimers: false, thisOne: false },
  { ...facts, server: 's2', state: 'serving', pid: 2, ownsTimers: true, thisOne: true, url: 'http://h:1', position: '7', behindMs: 0 },
];

describe('server list', () => {
  beforeEach(() => server.on('GET /servers', { body: { items: both } }));

  it('shows who serves, who is silent and why, and who minds the clock', async () => {
    const { code, stdout } = await kiroku(['server', 'list'], { url: server.url });
    expect(code).toBe(0);
    expect(stdout).toMatch(/s1 +silent +2026-11-20 12:00:00 \(.*\) +h +1 +1\.2\.3 +nothing was heard of it for 6 s\n/);
    expect(stdout).toMatch(/s2 \(this one\) +serving .* nothing +minds it +http:\/\/h:1 +h +2 +1\.2\.3 *\n/);
  });

  it('takes its token from the --data that stands behind it, and prints what the API answered', async () => {
    writeFileSync(join(data, 'operator.token'), 'of-this-server\n');
    const { stdout } = await kiroku(['server', 'list', '--json', '--url', server.url, '--data', data], {});
    expect(JSON.parse(stdout)).toEqual({ items: both });
    expect(server.seen[0]?.headers.authorization).toBe('Bearer of-this-server');
  });
});
