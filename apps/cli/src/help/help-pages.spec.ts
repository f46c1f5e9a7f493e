import type { Command } from 'commander';
import { buildProgram } from '../program.js';
import { cli, inProcess } from '../testing/in-process.js';
import { EXAMPLES } from './help-pages.js';

const program = buildProgram(inProcess(), '0.0.0', () => undefined);
const help = async (...words: string[]) => (await cli([...words, '--help'])).stdout;

describe('the help', () => {
  it('has every noun in a group', async () => {
    const text = await help();
    expect(text).toMatch(/What is to run, and what runs:\n {2}jobnet [^]*Who did what, and who may:\n[^]*Processes:\n[^]*This command line:\n/);
    expect(text).not.toMatch(/^Commands:/m);
  });

  it.each(Object.entries(EXAMPLES))('of %s ends with examples', async (path, lines) => {
    const text = await help(...path.split(' '));
    expect(text).toMatch(/\nExamples:\n {2}/);
    for (const line of lines) expect(text).toContain(`  ${line}\n`);
  });

  it.each(Object.values(EXAMPLES).flat())('has an example that the program takes: %s', (line) => {
    const words = [...line.replace(/^.*\| (?=kiroku)|[|>&].*$/g, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!).slice(1);
    const verb = words.reduce<Command>((command, word) => command.commands.find((each) => each.name() === word) ?? command, program);
    const objects = words.slice(words.indexOf(verb.name()) + 1);
    const { operands, unknown } = verb.parseOptions(objects);
    expect(unknown).toEqual([]);
    const required = verb.registeredArguments.filter((argument) => argument.required).length;
    expect(operands.length).toBeGreaterThanOrEqual(required);
  });

  it.each(['jobnet', 'run', 'job', 'agent', 'operator', 'config'])('of %s is what somebody gets who says no more, as wrong usage', async (noun) => {
    expect(await cli([noun])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(new RegExp(`^Usage: kiroku ${noun} `)) });
  });

  it.each([[['rum', 'list'], 'run'], [['run', 'lits'], 'list'], [['jobs', 'skip'], 'job'], [['audit', '--folow'], '--follow'], [['job', 'skpi'], 'skip']])('proposes for %j what was perhaps meant: %s', async (words, meant) => {
    expect(await cli(words)).toMatchObject({ code: 2, stderr: expect.stringMatching(new RegExp(`Did you mean.*${meant}`)) });
  });
});
