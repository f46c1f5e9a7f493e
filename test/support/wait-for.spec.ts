import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from './deployment.js';
import { InVainError, waitFor } from './wait-for.js';

describe('waiting for something', () => {
  it('asks again after an answer of no and after an error', async () => {
    const answers = [() => false as const, () => { throw new Error('not there yet'); }, () => 'there'];
    await expect(waitFor('it is there', () => answers.shift()?.())).resolves.toBe('there');
  });

  it('fails with the last error when it never was', async () => {
    await expect(waitFor('it is there', () => { throw new Error('not there yet'); }, 1)).rejects.toMatchObject({ message: 'waited 1 ms in vain: it is there', cause: { message: 'not there yet' } });
  });

  it('ends with the first word that it cannot come any more', async () => {
    let asked = 0;
    const ask = () => {
      asked += 1;
      throw new InVainError('it has ended');
    };
    await expect(waitFor('it is there', ask)).rejects.toThrow(new InVainError('it has ended'));
    expect(asked).toBe(1);
  });
});

describe('a process that ends instead of getting ready', () => {
  let here: Deployment;

  beforeEach(async () => {
    here = await Deployment.create();
  });

  afterEach(() => here.destroy());

  it('fails the test with what it said', async () => {
    writeFileSync(join(here.data, 'log.db'), 'no database');
    await expect(here.startServer()).rejects.toThrow(/^the process has ended: kiroku: .*log\.db is refused: .*not a database/);
  });
});
