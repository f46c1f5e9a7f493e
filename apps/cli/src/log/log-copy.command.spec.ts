import type { CopyOptions, CopyResult } from '../cli-context.js';
import { cli, inProcess } from '../testing/in-process.js';

const RESULT: CopyResult = { found: 0, copied: 5, events: 5, appends: 3, streams: 2, sha256: 'abc', position: 5n, positionsKept: true };
const BETWEEN = ['log', 'copy', '--from', 'sqlite:a.db', '--to', 'postgres://kiroku:hush@db/kiroku'];

function copying(result: Partial<CopyResult> = {}, more: { tty?: boolean } = {}) {
  const asked: CopyOptions[] = [];
  const context = inProcess({
    ...more, cwd: '/here',
    copying: async (options) => {
      asked.push(options);
      for (const phase of ['copying', 'verifying'] as const) options.onProgress({ phase, events: 3, position: 3n, end: 5n });
      return { ...RESULT, ...result };
    },
  });
  return { context, asked };
}

describe('log copy', () => {
  it('copies between what the flags name, a file from where the command was given', async () => {
    const { context, asked } = copying();
    expect((await cli(BETWEEN, context)).code).toBe(0);
    expect(asked).toMatchObject([{ from: 'sqlite:/here/a.db', to: 'postgres://kiroku:hush@db/kiroku', sourceStopped: false }]);
  });

  it('passes on that no server uses the source', async () => {
    const { context, asked } = copying();
    await cli([...BETWEEN, '--source-stopped'], context);
    expect(asked).toMatchObject([{ sourceStopped: true }]);
  });

  it('says what became of it and what is to be done next, and never the password', async () => {
    const { stdout, stderr } = await cli(BETWEEN, copying().context);
    expect(stdout).toContain('copied 5 events; both logs are the same: 5 events in 3 appends on 2 streams');
    expect(stdout).toContain('last position 5 in postgres://kiroku:***@db/kiroku');
    expect(stdout).not.toContain('log restored');
    expect(stdout + stderr).not.toContain('hush');
  });

  it('says what was there from before, and the word that agents wait for where positions are others', async () => {
    const { stdout } = await cli(BETWEEN, copying({ found: 2, copied: 3, positionsKept: false }).context);
    expect(stdout).toContain('copied 3 events, 2 were there from before;');
    expect(stdout).toContain('kiroku log restored --reason "the log was moved"');
  });

  it('is one document with --json, without the password', async () => {
    const { stdout } = await cli([...BETWEEN, '--json'], copying().context);
    expect(JSON.parse(stdout)).toEqual({ ...RESULT, position: '5', from: 'sqlite:/here/a.db', to: 'postgres://kiroku:***@db/kiroku', seconds: 0 });
  });

  it('shows how far it is on stderr: a line a phase, or one line in place on a terminal', async () => {
    expect((await cli(BETWEEN, copying().context)).stderr).toBe('kiroku: copying: 3 events, 60 %\nkiroku: comparing both logs: 3 events, 60 %\n');
    expect((await cli(BETWEEN, copying({}, { tty: true }).context)).stderr).toBe('\r\u001b[Kcopying: 3 events, 60 %\n\r\u001b[Kcomparing both logs: 3 events, 60 %\n');
  });

  it('is 1 with the reason when it is refused or fails', async () => {
    const context = inProcess({ copying: () => Promise.reject(new Error('the source is empty')) });
    expect(await cli(BETWEEN, context)).toMatchObject({ code: 1, stdout: '', stderr: 'kiroku: the source is empty\n' });
  });

  it('ends in order on Ctrl-C, and says that it can be gone on with', async () => {
    const context = inProcess({
      copying: ({ signal }) => new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
        process.emit('SIGINT');
      }),
    });
    expect(await cli(BETWEEN, context)).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('the same command goes on from there') as string });
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it.each([
    [['log', 'copy', '--from', 'sqlite:a.db'], "required option '--to <store>' not specified"],
    [['log', 'copy', '--from', 'mysql:a', '--to', 'sqlite:b.db'], '--from takes sqlite:FILE'],
    [['log', 'copy', '--from', 'sqlite:a.db', '--to', './b.db'], '--to takes sqlite:FILE'],
    [['log', 'copy', '--from', 'sqlite:a.db', '--to', 'sqlite:./a.db'], 'name the same store'],
  ])('is wrong usage as %j', async (args, words) => {
    expect(await cli(args, copying().context)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) as string });
  });
});
