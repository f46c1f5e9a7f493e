import { waitFor } from '../../../../test/support/wait-for.js';
import { type Look, Reaction } from './reaction.js';

/** Looks that end when the test says so. */
class Looks {
  readonly ends: ((found: Look) => void)[] = [];
  readonly failures: unknown[] = [];
  readonly reaction = new Reaction(() => new Promise((resolve) => this.ends.push(resolve)), (error) => this.failures.push(error));

  begun(count: number): Promise<true> {
    return waitFor(`${count} looks were begun`, () => this.ends.length === count);
  }
}

describe('a reaction', () => {
  it('looks once at a time, and once more for all who asked meanwhile', async () => {
    const looks = new Looks();
    looks.reaction.start();
    await looks.begun(1);
    const asked = [looks.reaction.ask(), looks.reaction.ask()];
    expect(looks.ends).toHaveLength(1);
    looks.ends[0]?.(false);
    await looks.begun(2);
    looks.ends[1]?.(false);
    await Promise.all(asked);
    expect(looks.ends).toHaveLength(2);
  });

  it('looks again when a look says that there may be more', async () => {
    const looks = new Looks();
    looks.reaction.start();
    await looks.begun(1);
    looks.ends[0]?.(true);
    await looks.begun(2);
  });

  it('looks again after a while, not at once, when a look changed nothing about what is due', async () => {
    const looks = new Looks();
    looks.reaction.start();
    await looks.begun(1);
    looks.ends[0]?.('later');
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(looks.ends).toHaveLength(1);
    await looks.begun(2);
    looks.reaction.stop();
  });

  it('is tried again by itself after a failure, also one that comes at once', async () => {
    let tries = 0;
    const failures: unknown[] = [];
    const reaction = new Reaction(() => {
      tries += 1;
      if (tries === 1) throw new Error('the disk is full');
      return Promise.resolve(false);
    }, (error) => failures.push(error));
    reaction.start();
    await waitFor('the second try', () => tries === 2);
    expect(failures).toEqual([new Error('the disk is full')]);
    reaction.stop();
  });

  it('does nothing before its start and after its stop', async () => {
    const looks = new Looks();
    await looks.reaction.ask();
    expect(looks.ends).toEqual([]);
    looks.reaction.stop();
    looks.reaction.start();
    await looks.reaction.ask();
    expect(looks.ends).toEqual([]);
  });
});
