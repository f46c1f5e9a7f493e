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
    const create: Sent = { type: 'CreateLog', logId: 'l', format: 1, context: operator('create') };
    givenLog().when(create).then(created);
    givenLog(created).when({ ...create, logId: 'another' }).thenNothing();
  });

  it('begins an epoch when an operator says that it was restored, each once and higher than the last', () => {
    givenLog(created).when(begin(1)).then(began(1));
    givenLog(created, began(1)).when(begin(4)).then(began(4));
    givenLog(created, began(4)).when(begin(3)).thenNothing();
  });

  it('begins with the format of the build that makes it', () => {
    givenLog().when({ type: 'CreateLog', logId: 'l', format: 3, context: operator('create') }).then({ type: 'LogCreated', data: { logId: 'l', format: 3 } });
  });

  it('has its format raised when every server reads that, each once', () => {
    const reading = (reads?: number) => ({ server: `s${reads}`, version: '1', reads });
    const raise = (...reads: readonly (number | undefined)[]): Sent => ({ type: 'RaiseFormat', format: 2, servers: reads.map(reading), context: operator('raise') });
    givenLog(created).when(raise(2, 3)).then({ type: 'FormatRaised', data: { format: 2, servers: [{ server: 's2', version: '1' }, { server: 's3', version: '1' }] } });
    givenLog(created).when(raise(2, 1)).thenRejected('servers-behind');
    givenLog(created).when(raise(2, undefined)).thenRejected('servers-behind');
    givenLog(created, { type: 'FormatRaised', data: { format: 2, servers: [] } }).when(raise(1)).thenNothing();
  });

  it('that does not exist has no epochs', () => {
    givenLog().when(begin(1)).thenRejected('log-not-found');
  });

  it('that went back among its epochs cannot be', () => {
    expect(() => [created, began(2), began(2)].reduce(logDecider.evolve as never, logDecider.initialState as never)).toThrow(expect.objectContaining({ name: 'CorruptHistoryError' }));
  });
});
