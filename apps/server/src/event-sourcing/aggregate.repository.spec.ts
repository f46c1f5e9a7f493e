import { Logger } from '@nestjs/common';
import { StoreUnavailableError } from '#event-store/event-store.errors';
import { waitFor } from '../../../../test/support/wait-for.js';
import { define, envelope, foreign, sized } from '../../test-support/jobnet-commands.js';
import { MoodyEventStore } from '../../test-support/moody.event-store.js';
import { JobnetAggregate } from '../jobnets/jobnet.aggregate.js';
import { OperatorAggregate } from '../operators/operator.aggregate.js';
import { AggregateRepository } from './aggregate.repository.js';
import { CommandRejectedError, KeyReusedError, StreamClosedError, TooMuchContentionError } from './command-failures.js';
import { CachedAggregates } from './appending/cached-aggregates.js';
import { LogClock } from './log-clock.js';
import { StoreTrouble } from './appending/store-trouble.js';

let store: MoodyEventStore;
let repository: AggregateRepository;
let trouble: StoreTrouble;

beforeAll(() => Logger.overrideLogger(false));

beforeEach(() => {
  store = new MoodyEventStore();
  trouble = new StoreTrouble();
  repository = new AggregateRepository(store, new CachedAggregates(store), new LogClock(), trouble);
});

/** Another server's view of the same log. */
function elsewhere(): AggregateRepository {
  return new AggregateRepository(store.log, new CachedAggregates(store.log), new LogClock(), new StoreTrouble());
}

describe('a command', () => {
  it('is answered with the place of its last event', async () => {
    const { place, written } = await define(repository, sized(1));
    const [recorded] = await store.events('jobnet-A');
    expect(written).toBe(1);
    expect(place).toEqual({ revision: 0, receipt: { position: '1', eventId: recorded?.id } });
  });

  it('writes nothing when it is already so, and is answered with where the stream stands', async () => {
    await define(repository, sized(1));
    const { place } = await define(repository, sized(2));
    expect(await define(repository, sized(2))).toEqual({ place, written: 0 });
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
  });

  it('records who, why and what caused it beside every event', async () => {
    const why = { reason: 'the export grew', ticket: 'T-1', causationId: 'cause' };
    await repository.transact(() => new OperatorAggregate('rin'), { ...envelope('the-command'), ...why }, (operator, metadata) => {
      operator.handle({ type: 'AddOperator', operator: 'rin', role: 'viewer' }, metadata);
    });
    const [{ metadata } = { metadata: undefined }] = await store.events('operator-rin');
    expect(metadata).toEqual({
      at: metadata?.at, actor: { kind: 'operator', id: 'mika', tokenId: 't1' }, commandId: 'the-command', correlationId: 'operator-rin', ...why,
    });
  });
});

describe('a command that has a name', () => {
  const named = { commandId: 'once', fingerprint: 'three jobs' };

  it('is not decided again after later changes, and is answered with its own place', async () => {
    const first = await define(repository, sized(3), named);
    await define(repository, sized(4));
    const seen: number[] = [];
    expect(await define(repository, sized(3), { ...named, seen })).toMatchObject({ place: first.place, written: 0, repeats: [{ type: 'JobnetDefined', data: { version: 1 } }] });
    expect(seen).toEqual([]);
  });

  it('is known to another server and after a restart, because its name stands in the log', async () => {
    const first = await define(repository, sized(3), named);
    await define(repository, sized(4));
    expect(await define(elsewhere(), sized(3), named)).toMatchObject({ place: first.place, written: 0 });
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
  });

  it('is refused when it asks for something else, and nothing is changed', async () => {
    await define(repository, sized(3), named);
    await expect(define(repository, sized(5), { ...named, fingerprint: 'five jobs' })).rejects.toThrow(KeyReusedError);
    await expect(define(elsewhere(), sized(5), { ...named, fingerprint: 'five jobs' })).rejects.toThrow(KeyReusedError);
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined']);
  });

  it('that lost a race is found when the other sending of it won', async () => {
    store.beforeNextAppend(async () => void (await define(elsewhere(), sized(3), named)));
    expect(await define(repository, sized(3), named)).toMatchObject({ place: { revision: 0 } });
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined']);
  });
});

describe('a conflict', () => {
  it('is decided again, on what somebody else appended between load and append', async () => {
    const seen: number[] = [];
    store.beforeNextAppend(() => store.log.append('jobnet-A', 'none', [foreign('JobnetDefined', 1, sized(5))]));
    const { place } = await define(repository, sized(1), { seen });
    expect(seen).toEqual([0, 1]);
    expect(place.revision).toBe(1);
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
  });

  it('with a cached aggregate is decided on the log, not on the cache', async () => {
    await define(repository, sized(1));
    await define(elsewhere(), sized(2));
    const seen: number[] = [];
    await define(repository, sized(3), { seen });
    expect(seen).toEqual([1, 2]);
  });

  it('finds it already so when the other one did the same', async () => {
    store.beforeNextAppend(() => store.log.append('jobnet-A', 'none', [foreign('JobnetDefined', 1, sized(1))]));
    expect(await define(repository, sized(1))).toMatchObject({ written: 0, place: { revision: 0 } });
  });

  it('again and again ends with a clear error after a bounded number of tries', async () => {
    let version = 0;
    const seen: number[] = [];
    store.beforeEveryAppend(async () => {
      version += 1;
      await store.log.append('jobnet-A', version === 1 ? 'none' : version - 2, [foreign(version === 1 ? 'JobnetDefined' : 'JobnetRevised', version, sized(100 + version))]);
    });
    await expect(define(repository, sized(1), { seen })).rejects.toThrow(TooMuchContentionError);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.length).toBeLessThan(100);
    expect((await store.events('jobnet-A')).every(({ metadata }) => metadata.actor.id === 'rin')).toBe(true);
  });
});

describe('a command that most likely begins its stream', () => {
  const begin = (jobs: number, command: Parameters<typeof envelope>[0], fingerprint?: string, refused = false) =>
    repository.transact(() => new JobnetAggregate('A'), { ...envelope(command), ...(fingerprint !== undefined && { fingerprint }) }, (jobnet, metadata) => {
      if (refused) throw new CommandRejectedError('not-now', 'not now');
      jobnet.handle({ type: 'DefineJobnet', definition: sized(jobs) }, metadata);
    }, { begins: true });
  let reads: string[];

  beforeEach(() => {
    reads = [];
    const { read } = store;
    store.read = (stream, from) => {
      reads.push(stream);
      return read.call(store, stream, from);
    };
  });

  it('reads nothing where that is so', async () => {
    expect(await begin(1, 'first')).toMatchObject({ written: 1, place: { revision: 0 } });
    await define(repository, sized(2));
    expect(reads).toEqual([]);
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
  });

  it('is decided on what is there where it is not', async () => {
    await define(elsewhere(), sized(1));
    expect(await begin(2, 'late')).toMatchObject({ written: 1, place: { revision: 1 } });
    expect(reads).toEqual(['jobnet-A']);
  });

  it('is found to be a repeat of itself, also when it would be refused now', async () => {
    const first = await define(elsewhere(), sized(3), { commandId: 'once', fingerprint: 'three jobs' });
    expect(await begin(3, 'once', 'three jobs')).toMatchObject({ place: first.place });
    repository = new AggregateRepository(store, new CachedAggregates(store), new LogClock(), trouble);
    expect(await begin(3, 'once', 'three jobs', true)).toMatchObject({ written: 0, place: first.place });
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined']);
  });

  it('is refused after reading, and leaves nothing behind', async () => {
    await expect(begin(1, 'first', undefined, true)).rejects.toThrow(CommandRejectedError);
    expect(reads).toEqual(['jobnet-A']);
    expect(await define(repository, sized(1))).toMatchObject({ written: 1, place: { revision: 0 } });
  });
});

describe('a failed append', () => {
  it('leaves no state ahead of the log: the next command decides from the log', async () => {
    await define(repository, sized(1));
    store.failNextAppend();
    await expect(define(repository, sized(2))).rejects.toThrow(StoreUnavailableError);
    const seen: number[] = [];
    expect(await define(repository, sized(2), { seen })).toMatchObject({ written: 1 });
    expect(seen).toEqual([1]);
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined', 'JobnetRevised']);
  });

  it('is trouble of the store until one succeeds; a conflict or a refusal is none', async () => {
    expect(trouble.isWritable).toBe(true);
    store.beforeNextAppend(() => store.log.append('jobnet-A', 'none', [foreign('JobnetDefined', 1, sized(5))]));
    await define(repository, sized(1));
    expect(trouble.isWritable).toBe(true);
    store.failNextAppend();
    await expect(define(repository, sized(2))).rejects.toThrow(StoreUnavailableError);
    expect(trouble.isWritable).toBe(false);
    await define(repository, sized(3));
    expect(trouble.isWritable).toBe(true);
  });

  it('that was written after all is found by the retry, which writes nothing', async () => {
    store.loseNextAcknowledgement();
    await expect(define(repository, sized(1))).rejects.toThrow(StoreUnavailableError);
    expect(await define(repository, sized(1))).toMatchObject({ written: 0, place: { revision: 0 } });
    expect(await store.typesOn('jobnet-A')).toEqual(['JobnetDefined']);
  });

  it('does not keep the next command waiting', async () => {
    store.failNextAppend();
    const [first, second] = await Promise.allSettled([define(repository, sized(1)), define(repository, sized(2))]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
  });
});

describe('a refusal', () => {
  const reuse = (tokenId: string) => repository.transact(() => new OperatorAggregate('rin'), envelope(), (operator, metadata) => {
    operator.handle({ type: 'RecordTokenUse', tokenId, server: 's' }, metadata);
  });

  it('keeps the cache: nothing is read again', async () => {
    await repository.transact(() => new OperatorAggregate('rin'), envelope(), (operator, metadata) => operator.handle({ type: 'AddOperator', operator: 'rin', role: 'admin' }, metadata));
    store.unavailable = true;
    await expect(reuse('nobody')).rejects.toThrow(expect.objectContaining({ code: 'token-not-found' }));
    await expect(reuse('nobody')).rejects.toThrow(CommandRejectedError);
  });

  it('after something was decided leaves nothing of it behind', async () => {
    const addAndUse = repository.transact(() => new OperatorAggregate('rin'), envelope(), (operator, metadata) => {
      operator.handle({ type: 'AddOperator', operator: 'rin', role: 'admin' }, metadata);
      operator.handle({ type: 'RecordTokenUse', tokenId: 'nobody', server: 's' }, metadata);
    });
    await expect(addAndUse).rejects.toThrow(CommandRejectedError);
    await expect(reuse('nobody')).rejects.toThrow(expect.objectContaining({ code: 'operator-not-found' }));
    expect(await store.events()).toEqual([]);
  });
});

describe('commands of one stream', () => {
  it('run one after the other, and none is answered "already so" before the first append is durable', async () => {
    const release = store.holdAppends('jobnet-A');
    const answered: string[] = [];
    const first = define(repository, sized(1)).then((done) => { answered.push('first'); return done; });
    const second = define(repository, sized(1)).then((done) => { answered.push('second'); return done; });
    await waitFor('the first append is asked for', () => store.asked.length === 1);
    await define(repository, sized(1, 'B'));
    expect(answered).toEqual([]);
    release();
    expect([(await first).written, (await second).written]).toEqual([1, 0]);
    expect(answered).toEqual(['first', 'second']);
    expect((await second).place).toEqual((await first).place);
  });

  it('do not hold up those of another stream', async () => {
    const release = store.holdAppends('jobnet-A');
    const held = define(repository, sized(1));
    expect(await define(repository, sized(1, 'B'))).toMatchObject({ written: 1 });
    expect(await store.typesOn('jobnet-A')).toEqual([]);
    release();
    expect(await held).toMatchObject({ written: 1 });
  });
});

describe('a history that cannot be', () => {
  beforeEach(() => store.log.append('jobnet-A', 'none', [foreign('JobnetRevised', 2, sized(2))]));

  it('closes its stream to commands, and says where it went wrong', async () => {
    await expect(define(repository, sized(1))).rejects.toThrow(StreamClosedError);
    await expect(define(repository, sized(1))).rejects.toThrow(/jobnet-A is closed.*revision 0/);
    expect(store.asked).toEqual([]);
  });

  it('closes no other stream', async () => {
    await expect(define(repository, sized(1))).rejects.toThrow(StreamClosedError);
    expect(await define(repository, sized(1, 'B'))).toMatchObject({ written: 1 });
  });
});

describe('the id of an event', () => {
  const at = 1_790_000_000_000;
  const idsOf = async (jobs: number, commandId: string, time = at): Promise<string[]> => {
    const own = new MoodyEventStore();
    await define(new AggregateRepository(own, new CachedAggregates(own), new LogClock(() => time), new StoreTrouble()), sized(jobs), { commandId });
    return (await own.events('jobnet-A')).map(({ id }) => id);
  };

  it('derives from the command and from what it decided', async () => {
    expect(await idsOf(1, 'one')).toEqual(await idsOf(1, 'one'));
  });

  it('is another for another command, other data, or another instant', async () => {
    const ids = await Promise.all([idsOf(1, 'one'), idsOf(1, 'two'), idsOf(2, 'one'), idsOf(1, 'one', at + 1)]);
    expect(new Set(ids.flat()).size).toBe(4);
  });
});
