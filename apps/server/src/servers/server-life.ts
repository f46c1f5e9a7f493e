import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { isOpenExecution } from '#domain/run/execution-transitions';
import type { Instant } from '#events/vocabulary';
import { AggregateRepository } from '../event-sourcing/aggregate.repository.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { VERSION } from '../version.js';
import { ServerIdentity } from './server-identity.js';
import { LogAggregate, ServerAggregate } from './server.aggregate.js';

/** What a start found in the log: the question after every crash. */
interface Found {
  readonly openRuns: number;
  readonly openExecutions: number;
  /** Since when nobody has heard of the execution that has been silent longest. */
  readonly silentSince?: Instant;
}

/** Puts the server's own start and stop on record. */
@Injectable()
export class ServerLife {
  private readonly logger = new Logger(ServerLife.name);

  constructor(
    private readonly repository: AggregateRepository,
    private readonly follower: LogFollower,
    private readonly runs: RunsProjection,
    private readonly identity: ServerIdentity,
  ) {}

  /** A new log gets its id before anything else stands in it. */
  async createLog(): Promise<void> {
    await this.repository.transact(() => new LogAggregate(), this.envelope(), (log, metadata) => log.handle({ type: 'CreateLog', logId: randomUUID() }, metadata));
  }

  async started(): Promise<void> {
    const found = this.found();
    this.logger.log({ ...found, msg: describe(found) });
    const { id: server } = this.identity;
    const { place } = await this.repository.transact(() => new ServerAggregate(server), this.envelope(), (aggregate, metadata) => {
      aggregate.handle({ type: 'StartServer', started: { server, version: VERSION, host: hostname(), pid: process.pid, found } }, metadata);
    });
    await this.follower.whenFolded(BigInt(place.receipt.position));
  }

  async stopped(reason: string): Promise<void> {
    const { id: server } = this.identity;
    await this.repository.transact(() => new ServerAggregate(server), this.envelope(), (aggregate, metadata) => {
      aggregate.handle({ type: 'StopServer', stopped: { server, reason } }, metadata);
    });
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
