import { given } from '../../test-support/given.js';
import { operator } from '../../test-support/run-commands.js';
import type { LogEvent } from '#events/server.events';
import type { FoldContext } from '../decider.js';
import { type LogCommand, logDecider, type LogState } from './log.decider.js';

type Sent = LogCommand & { readonly context: FoldContext };
const created: LogEvent = { type: 'LogCreated', data: { logId: 'l' } };
const began = (epoch: number): LogEvent => ({ type: 'EpochBegan', data: { epoch } });
const begin = (epoch: number): Sent => ({ type: 'BeginEpoch', epoch, context: operator('restored') });
const givenLog = (...history: readonly LogEvent[]) => given<LogState, Sent, LogEvent>(logDecider, ...history);

describe('a log', () => {
  it('gets its id once', () => {
    const create: Sent = { type: 'CreateLog', logId: 'l', context: operator('create') };
    givenLog().when(create).then(created);
    givenLog(created).when({ ...create, logId: 'another' }).thenNothing();
  });

  it('begins an epoch when an operator says that it was restored, each once and higher than the last', () => {
    givenLog(created).when(begin(1)).then(began(1));
    givenLog(created, began(1)).when(begin(4)).then(began(4));
    givenLog(created, began(4)).when(begin(3)).thenNothing();
  });

  it('that does not exist has no epochs', () => {
    givenLog().when(begin(1)).thenRejected('log-not-found');
  });

  it('that went back among its epochs cannot be', () => {
    expect(() => [created, began(2), began(2)].reduce(logDecider.evolve as never, logDecider.initialState as never)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }));
  });
});
