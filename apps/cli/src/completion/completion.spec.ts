import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { FakeServer } from '../testing/fake-server.js';
import { cli, inProcess } from '../testing/in-process.js';
import { checkout, startProcess } from '../testing/run-kiroku.js';
import { agentLocal, jobnetA, run } from '../testing/views.js';

let server: FakeServer;

beforeEach(async () => {
  server = await FakeServer.start();
  server.on('GET /jobnets', { body: { items: [jobnetA] } }).on('GET /runs', { body: { items: [run()] } }).on('GET /runs/R1', { body: run() }).on('GET /agents', { body: { items: [agentLocal] } });
});
afterEach(() => server.stop());

async function completed(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await cli(['complete', '--', ...words], inProcess({ env: { KIROKU_URL: server.url } }));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('kiroku complete', () => {
  it('knows the nouns, and nothing that is hidden', async () => {
    const nouns = await completed('');
    expect(nouns).toEqual(expect.arrayContaining(['jobnet', 'run', 'job', 'audit', 'config', 'completion']));
    expect(nouns).not.toContain('complete');
    expect(await completed('jo')).toEqual(['jobnet', 'job']);
  });

  it('knows the verbs of a noun, and the flags of a verb', async () => {
    expect(await completed('job', 's')).toEqual(expect.arrayContaining(['skip', 'stop', 'settle']));
    expect(await completed('run', 'start', 'A', '--r')).toEqual(['--reason']);
    expect(await completed('run', 'start', '--')).toEqual(expect.arrayContaining(['--param', '--wait', '--url', '--help', '--config']));
    expect(await completed('job', 'settle', 'R1', 'A1', '--outcome', '')).toEqual(['succeeded', 'failed']);
    expect(await completed('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('asks the server for ids: jobnets, open runs, the jobs of that run, agents', async () => {
    expect(await completed('run', 'start', '')).toEqual(['A']);
    expect(await completed('run', 'watch', 'R')).toEqual(['R1']);
    expect(server.seen.at(-1)?.query).toMatchObject({ status: 'running,failing,held' });
    expect(await completed('job', 'skip', 'R1', '')).toEqual(['A1', 'A2']);
    expect(await completed('job', 'skip', '--reason', 'because', 'R1', 'A2')).toEqual(['A2']);
    expect(await completed('audit', '--jobnet', '')).toEqual(['A']);
    expect(await completed('run', 'start', 'B', '')).toEqual([]);
  });

  it('asks the server that the line names, also as bash cuts an address', async () => {
    const [, port] = /:(\d+)$/.exec(server.url) ?? [];
    const { stdout } = await cli(['complete', '--', 'run', 'watch', '--url', 'http', ':', '//127.0.0.1', ':', port!, ''], inProcess({ env: { KIROKU_URL: 'http://127.0.0.1:1' } }));
    expect(stdout).toBe('R1\n');
  });

  it('counts no part of a value that bash cuts at its =', async () => {
    expect(await completed('run', 'start', '--param', 'DAY', '=', 'mon', '')).toEqual(['A']);
  });

  it('says nothing where there is no server, or one that does not answer at once', async () => {
    server.on('GET /runs', 'silence');
    expect(await completed('run', 'watch', '')).toEqual([]);
    expect(await cli(['complete', '--', 'run', 'watch', ''], inProcess({ env: { KIROKU_URL: 'http://127.0.0.1:1' } }))).toEqual({ code: 0, stdout: '', stderr: '', handed: {} });
  });

  it('puts nothing before a prompt that a shell would run', async () => {
    server.on('GET /runs', { body: { items: ['$(reboot)', 'a b', '-rf;', 'R2'].map((runId) => run({ runId })) } });
    expect(await completed('run', 'watch', '')).toEqual(['R2']);
  });
});

const SHELLS = {
  bash: { program: '/usr/bin/bash', args: ['--norc', '-c'] }, zsh: { program: '/usr/bin/zsh', args: ['-f', '-c'] }, fish: { program: '/usr/bin/fish', args: ['--no-config', '-c'] },
} as const;

async function inShell(shell: keyof typeof SHELLS, text: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { program, args } = SHELLS[shell];
  return startProcess(program, [...args, text], { env: { PATH: [join(checkout, 'bin'), process.env['PATH']].join(delimiter), KIROKU_URL: server.url } }).ended;
}

describe('the script for bash', () => {
  const probe = (words: string, word: number) => inShell('bash', `eval "$(kiroku completion bash)"; COMP_WORDS=(${words}); COMP_CWORD=${word}; _kiroku; printf '%s\\n' "\${COMPREPLY[@]}"`);

  it('fills COMPREPLY with verbs, and with ids of the server', async () => {
    expect(await probe('kiroku job sk', 2)).toEqual(expect.objectContaining({ code: 0, stdout: 'skip\n', stderr: '' }));
    expect((await probe('kiroku job skip R1 ""', 4)).stdout).toBe('A1\nA2\n');
  });

  it('completes the word under the cursor, and leaves files to bash', async () => {
    expect((await probe('kiroku jo apply', 1)).stdout).toBe('jobnet\njob\n');
    expect((await probe('kiroku jobnet apply exam', 3)).stdout).toBe('\n');
    expect((await inShell('bash', 'eval "$(kiroku completion bash)"; complete -p kiroku')).stdout).toBe('complete -o default -F _kiroku kiroku\n');
  });
});

describe.each(['zsh', 'fish'] as const)('the script for %s', (shell) => {
  it('is read by that shell, where there is one', async () => {
    const { stdout } = await cli(['completion', shell]);
    expect(stdout).toMatch(/ complete -- /);
    const here = existsSync(SHELLS[shell].program);
    const read = here ? await inShell(shell, `${shell === 'zsh' ? 'autoload -Uz compinit; compinit -D; eval "$(kiroku completion zsh)"' : 'kiroku completion fish | source'}`) : undefined;
    expect(read?.code ?? 0).toBe(0);
  });
});
