import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isOpenExecution } from '#domain/run/execution-transitions';
import { formats } from '#events/formats';
import type { Instant } from '#events/vocabulary';
import { AggregateRepository } from '../event-sourcing/aggregate.repository.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { StoreUnavailableError } from '#event-store/event-store.errors';
import { RunsProjection } from '../runs/runs.projection.js';
import { VERSION } from '../version.js';
import { ServerIdentity } from './server-identity.js';
import { LogAggregate, ServerAggregate } from './server.aggregate.js';

/** While the log cannot be written, in milliseconds. */
const RETRY_MS = 1_000;

/** What a start found in the log: the question after every crash. */
interface Found {
  readonly openRuns: number;
  readonly openExecutions: number;
  /** Since when nobody has heard of the execution that has been silent longest. */
  readonly silentSince?: Instant;
}

/** Puts the server's own start and stop on record. */
@Injectable()
export class ServerLife implements OnApplicationShutdown {
  private readonly logger = new Logger(ServerLife.name);
  private isOnRecord = false;
  private isOver = false;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: AggregateRepository,
    private readonly follower: LogFollower,
    private readonly runs: RunsProjection,
    private readonly identity: ServerIdentity,
  ) {}

  /** A new log gets its id before anything else stands in it. */
  async createLog(): Promise<void> {
    await this.repository.transact(() => new LogAggregate(), this.envelope(), (log, metadata) => log.handle({ type: 'CreateLog', logId: randomUUID(), format: formats.newest }, metadata));
  }

  /**
   * A server that cannot write (a full disk) serves what it has folded and tries again. Nothing else is written before its start: that
   * ends the sessions which agents had with its former life.
   *
   * @param begin called once the start is on record and folded
   * @param onFailure it failed later, for another reason than a log that cannot be written
   */
  async started(begin: () => void, onFailure: (error: unknown) => void): Promise<void> {
    const found = this.found();
    this.logger.log({ ...found, msg: describe(found) });
    this.repository.reserve({ stream: this.aggregate().stream, why: 'this server\'s own start is not on record yet' });
    await this.putOnRecord(begin, onFailure);
  }

  onApplicationShutdown(): void {
    this.isOver = true;
    clearTimeout(this.retry);
  }

  async stopped(reason: string): Promise<void> {
    if (!this.isOnRecord) return;
    await this.repository.transact(() => this.aggregate(), this.envelope(), (aggregate, metadata) => {
      aggregate.handle({ type: 'StopServer', stopped: { server: this.identity.id, reason } }, metadata);
    });
  }

  private async putOnRecord(begin: () => void, onFailure: (error: unknown) => void): Promise<void> {
    try {
      const started = { server: this.identity.id, life: this.identity.life, version: VERSION, host: hostname(), pid: process.pid, found: this.found() };
      const { place } = await this.repository.transact(() => this.aggregate(), this.envelope(), (aggregate, metadata) => aggregate.handle({ type: 'StartServer', started }, metadata));
      this.isOnRecord = true;
      this.repository.reserve(undefined);
      await this.follower.whenFolded(BigInt(place.receipt.position));
      if (!this.isOver) begin();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      if (!this.isOver) this.retry = setTimeout(() => void this.putOnRecord(begin, onFailure).catch(onFailure), RETRY_MS).unref();
    }
  }

  private aggregate(): ServerAggregate {
    return new ServerAggregate(this.identity.id);
  }

  private found(): Found {
    const open = [...this.runs.all()].filter(({ run }) => run.finished === undefined).length;
    const heard = [...this.runs.all()].flatMap(({ run }) => run.jobs).flatMap(({ executions }) => executions)
      .filter(({ state }) => isOpenExecution(state))
      .map(({ lastHeardAt, dispatchedAt }) => lastHeardAt ?? dispatchedAt).sort();
    const [silentSince] = heard;
    return { openRuns: open, openExecutions: heard.length, ...(silentSince === undefined ? {} : { silentSince }) };
  }

  private envelope() {
    return { commandId: newCommandId(), actor: this.identity.actor };
  }
}

function describe({ openRuns, openExecutions, silentSince }: Found): string {
  const runs = `${openRuns} ${openRuns === 1 ? 'run is' : 'runs are'} open`;
  if (openExecutions === 0) return `folded the log: ${runs}, no execution is out`;
  return `folded the log: ${runs}, ${openExecutions} ${openExecutions === 1 ? 'execution is' : 'executions are'} running without news, the oldest since ${silentSince}`;
}
