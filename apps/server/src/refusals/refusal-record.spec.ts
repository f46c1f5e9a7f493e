import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import { REFUSALS_PER_MINUTE } from '#domain/refusal/refusal-quota';
import { LogClock } from '../event-sourcing/log-clock.js';
import type { RecordRefusal } from './record-refusal.handler.js';
import { RefusalRecord } from './refusal-record.js';

const alice = { kind: 'operator', id: 'alice' } as const;
const refusal = { method: 'POST', path: '/api/v1/runs/R/stop', status: 404, code: 'run-not-found', detail: 'there is no run R' };

/** Takes what is to be recorded, or fails. */
class Log {
  readonly taken: RecordRefusal[] = [];
  broken = false;

  readonly bus = {
    execute: (command: RecordRefusal) => {
      if (this.broken) return Promise.reject(new Error('the disk is full'));
      this.taken.push(command);
      return Promise.resolve();
    },
  } as unknown as CommandBus;
}

let log: Log;
let record: RefusalRecord;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-11-22T20:57:30.000Z') });
  log = new Log();
  record = new RefusalRecord(log.bus, new LogClock());
});

afterEach(() => {
  jest.useRealTimers();
});

const flood = (times: number) => { for (let count = 0; count < times; count += 1) record.noticed(alice, refusal); };
const newest = () => log.taken.at(-1)?.what;

describe('a flood of refusals', () => {
  it('is counted when its minute is over, though nobody comes again', () => {
    flood(REFUSALS_PER_MINUTE + 1_000);
    expect(log.taken).toHaveLength(REFUSALS_PER_MINUTE);
    jest.advanceTimersByTime(60_000);
    expect(newest()).toEqual({ type: 'RecordSuppressed', count: 1_000, since: '2026-11-22T20:57:00.000Z' });
    jest.advanceTimersByTime(600_000);
    expect(log.taken).toHaveLength(REFUSALS_PER_MINUTE + 1);
  });

  it('is counted once, also when the next one comes first', () => {
    flood(REFUSALS_PER_MINUTE + 3);
    jest.setSystemTime(Date.parse('2026-11-22T20:58:00.000Z'));
    flood(1);
    expect(log.taken.slice(-2).map(({ what }) => what.type)).toEqual(['RecordSuppressed', 'RecordRefusal']);
    jest.advanceTimersByTime(600_000);
    expect(log.taken.filter(({ what }) => what.type === 'RecordSuppressed')).toHaveLength(1);
  });

  it('leaves nothing behind when the server ends', () => {
    flood(REFUSALS_PER_MINUTE + 1);
    record.onModuleDestroy();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a log that cannot be written', () => {
  it('is told in one line until it can be written again', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    log.broken = true;
    flood(5);
    await Promise.resolve();
    expect(warn).toHaveBeenCalledTimes(1);
    log.broken = false;
    flood(1);
    await Promise.resolve();
    log.broken = true;
    flood(2);
    await Promise.resolve();
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });
});
