import { jest } from '@jest/globals';
import { inProcess } from '../testing/in-process.js';
import { endOnClosedOutput, surviveClosedOutput } from './closed-output.js';

const closed = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });

describe('an output whose reader is gone', () => {
  it('ends a client command, quietly', () => {
    const context = inProcess();
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    endOnClosedOutput(context);
    context.stdout.emit('error', closed);
    expect(exit).toHaveBeenCalledWith(0);
    exit.mockRestore();
  });

  it('does not end a server or an agent', () => {
    const context = inProcess();
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    endOnClosedOutput(context);
    surviveClosedOutput(context);
    context.stdout.emit('error', closed);
    context.stderr.emit('error', closed);
    expect(exit).not.toHaveBeenCalled();
    exit.mockRestore();
  });
});
