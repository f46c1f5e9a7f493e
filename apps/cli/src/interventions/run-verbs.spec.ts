import { FakeServer, problem } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';

let server: FakeServer;

beforeEach(async () => (server = await FakeServer.start()));
afterEach(() => server.stop());

const world = (more: Parameters<typeof inProcess>[0] = {}) => inProcess({ ...more, env: { KIROKU_URL: server.url } });
const run = (verb: string, ...flags: string[]) => cli(['run', verb, 'R1', ...flags], world());
const sent = () => JSON.parse(server.seen[0]?.body ?? 'null') as unknown;

describe.each([
  ['stop', 'is asked to stop; it ends when nothing of it runs any more'],
  ['hold', 'is held'],
  ['release', 'is released'],
])('run %s', (verb, said) => {
  it('sends reason and ticket under the key that was given', async () => {
    server.on(`POST /runs/R1/${verb}`, { body: { position: '12' } });
    await expect(run(verb, '--reason', 'night batch', '--ticket', 'T-1', '--idempotency-key', 'k1')).resolves.toMatchObject({ code: 0, stdout: `run R1 ${said} (position 12)\n` });
    expect(sent()).toEqual({ reason: 'night batch', ticket: 'T-1' });
    expect(server.seen[0]?.headers['idempotency-key']).toBe('k1');
  });

  it('says that nothing was recorded where it was so already', async () => {
    server.on(`POST /runs/R1/${verb}`, { body: { position: '12', alreadySo: true } });
    await expect(run(verb, '--reason', 'x')).resolves.toMatchObject({ code: 0, stdout: `nothing was recorded, it was so already: run R1 ${said}\n` });
  });

  it('prints what the API answered with --json', async () => {
    server.on(`POST /runs/R1/${verb}`, { body: { position: '12' } });
    await expect(run(verb, '--reason', 'x', '--json')).resolves.toMatchObject({ code: 0, stdout: '{"position":"12"}\n' });
    expect(sent()).toEqual({ reason: 'x' });
  });

  it('asks for a reason on a terminal', async () => {
    server.on(`POST /runs/R1/${verb}`, { body: { position: '12' } });
    await expect(cli(['run', verb, 'R1'], world({ tty: true, input: 'asked by hanako\n' }))).resolves.toMatchObject({ code: 0 });
    expect(sent()).toEqual({ reason: 'asked by hanako' });
  });

  it.each([['no reason', []], ['a blank reason', ['--reason', ' ']], ['an expectation, which is for jobs', ['--reason', 'x', '--expect-state', 'running']]])('is wrong usage with %s', async (_, flags) => {
    await expect(run(verb, ...flags)).resolves.toMatchObject({ code: 2, stdout: '' });
    expect(server.seen).toEqual([]);
  });

  it('says in one line why it was refused, and exits with 1', async () => {
    server.on(`POST /runs/R1/${verb}`, problem(409, 'run-finished', 'the run has finished (succeeded)'));
    await expect(run(verb, '--reason', 'x')).resolves.toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: the run has finished (succeeded) (run-finished)\n' });
  });

  it('explains itself, also for when an agent is away', async () => {
    await expect(cli(['run', verb, '--help'])).resolves.toMatchObject({ code: 0, stdout: expect.stringMatching(/\baway\b/) as string });
  });
});
