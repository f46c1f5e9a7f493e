import { inProcess } from '../testing/in-process.js';
import { requiredReason } from './ask-reason.js';

describe('a required reason', () => {
  it('comes from the flag, without the blanks around it', async () => {
    await expect(requiredReason(' checked by hand ', inProcess())).resolves.toBe('checked by hand');
  });

  it('is asked for on a terminal, on stderr', async () => {
    const context = inProcess({ tty: true, input: 'checked by hand\n' });
    await expect(requiredReason(undefined, context)).resolves.toBe('checked by hand');
    expect(context.text('stderr')).toContain('Reason (goes on record): ');
    expect(context.text('stdout')).toBe('');
  });

  it.each([['an empty answer', '\n'], ['end of input', '']])('is wrong usage after %s', async (_, input) => {
    await expect(requiredReason(undefined, inProcess({ tty: true, input }))).rejects.toMatchObject({ exitCode: 2 });
  });

  it('is wrong usage without a terminal', async () => {
    await expect(requiredReason(undefined, inProcess({ input: 'a reason\n' }))).rejects.toMatchObject({ exitCode: 2 });
  });

  it('is wrong usage when the flag is blank', async () => {
    await expect(requiredReason('  ', inProcess({ tty: true, input: 'another\n' }))).rejects.toMatchObject({ exitCode: 2 });
  });
});
