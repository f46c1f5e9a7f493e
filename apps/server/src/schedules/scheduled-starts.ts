import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { jobnetDecider } from '#domain/jobnet/jobnet.decider';
import type { Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { CommandRejectedError, StreamClosedError } from '../event-sourcing/command-failures.js';
import { hashUuid } from '../event-sourcing/event-id.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { type Look, Reaction } from '../event-sourcing/reaction.js';
import { JobnetsProjection } from '../jobnets/jobnets.projection.js';
import { LogProjection } from '../log/log.projection.js';
import { StartRun } from '../runs/commands/start-run.handler.js';
import { StopRun } from '../runs/interventions/stop-run.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { ClockLease } from '../servers/clock-lease.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { allTried } from './all-tried.js';
import { AdmitNext } from './commands/admit-next.handler.js';
import { AdmitRun } from './commands/admit-run.handler.js';
import { RecordNotStarted } from './commands/record-not-started.handler.js';
import { startId } from './occurrence-planner.js';
import { OpenRuns } from './open-runs.js';
import { type PendingStart, PendingStarts } from './pending-starts.js';

/** Starts side by side; their appends share a commit. */
const AT_ONCE = 256;

/**
 * Starts the runs of occurrences: admission on the jobnet's stream where they may not overlap, then the run's own stream. It keeps no list of
 * its own: what is to be done follows from the fold, under command ids that follow from the occurrence, so that another server, or the next life
 * of this one, completes what was begun and doubles nothing.
 */
@Injectable()
export class ScheduledStarts implements OnApplicationShutdown {
  private readonly logger = new Logger(ScheduledStarts.name);
  private readonly starting = new Reaction(() => this.startDue(), (error) => {
    this.logger.warn({ msg: 'scheduled runs could not be started; trying again', error: String(error) });
  });
  /** Undefined until the log is folded. */
  private follower: LogFollower | undefined;

  constructor(
    private readonly pending: PendingStarts,
    private readonly openRuns: OpenRuns,
    private readonly runs: RunsProjection,
    private readonly jobnets: JobnetsProjection,
    private readonly lease: ClockLease,
    private readonly log: LogProjection,
    private readonly bus: CommandBus,
    private readonly identity: ServerIdentity,
  ) {}

  start(follower: LogFollower): void {
    this.follower = follower;
    follower.onFolded(() => void this.starting.ask());
    this.starting.start();
  }

  /** Resolves when all that is due was tried once. */
  sweep(): Promise<void> {
    return this.starting.ask();
  }

  onApplicationShutdown(): void {
    this.starting.stop();
  }

  private async startDue(): Promise<Look> {
    if (!this.lease.letsTimePass) return false;
    const due = [...this.pending.due()];
    let written = 0;
    for (let first = 0; first < due.length; first += AT_ONCE) written += await this.all(due.slice(first, first + AT_ONCE).map((each) => this.goOn(each)));
    const waiting = [...this.pending.waiting()];
    written += await this.all(waiting.flatMap((each) => this.makeRoom(each)));
    const free = [...new Set(waiting.map(({ jobnet }) => jobnet))].filter((jobnet) => this.isFree(jobnet));
    written += await this.all(free.map((jobnet) => this.bus.execute(new AdmitNext(jobnet, this.envelope(hashUuid(['admit-next', jobnet, String(this.follower?.position)]))))));
    if (written > 0) return true;
    return due.length > 0 ? 'later' : false;
  }

  /** Until what they wrote is folded: the next look must see it. How many events that is. */
  private async all(commands: readonly Promise<Transacted>[]): Promise<number> {
    const failed = (error: unknown) => this.logger.error({ msg: 'a scheduled run cannot be started; the others go on', error: String(error) });
    let events = 0;
    for (const { place, written } of await allTried(commands, failed)) {
      await this.follower?.whenFolded(BigInt(place.receipt.position));
      events += written;
    }
    return events;
  }

  private async goOn(start: PendingStart): Promise<Transacted> {
    const { runId, jobnet, schedule, occurrence: { key }, overlap, stage, decidedAt } = start;
    try {
      const { restoredAt } = this.log.state;
      // It was decided again after its run had begun: its schedule, or the zone database, has moved it past what was decided.
      if (this.runs.find(runId) !== undefined) throw new CommandRejectedError('run-exists', `run ${runId} has already been started for this occurrence, which runs once`);
      // It may have run in the stretch that was lost, and would run again (law 3); what was open then is held, and this was not open yet.
      if (restoredAt !== undefined && decidedAt <= restoredAt) throw new CommandRejectedError('log-restored', 'it was decided before the log was put back, and may have run in the stretch that was lost; a backfill starts it');
      if (stage === 'wanted' && overlap !== 'allow') return await this.bus.execute(new AdmitRun(jobnet, { runId, schedule, key, overlap }, this.envelopeOf(start, idOf(start, 'admit'))));
      return await this.startRun(start);
    } catch (error) {
      if (!(error instanceof CommandRejectedError || error instanceof StreamClosedError)) throw error;
      const code = error instanceof CommandRejectedError ? error.code : 'stream-closed';
      this.logger.warn({ msg: 'a scheduled run could not begin', schedule, occurrence: key, jobnet, code, detail: error.message });
      return this.bus.execute(new RecordNotStarted(schedule, { key, jobnet, runId, code, message: error.message }, this.envelopeOf(start, idOf(start, 'not-started'))));
    }
  }

  private startRun(start: PendingStart): Promise<Transacted> {
    const { jobnet, parameters, schedule, occurrence: { key, at, businessDay } } = start;
    const envelope = this.envelopeOf(start, startId(schedule, jobnet, key));
    return this.bus.execute(new StartRun(jobnet, parameters, envelope, { nominalAt: at, occurrence: { schedule, key, businessDay } }));
  }

  /** What is open and was to be replaced is stopped, once. */
  private makeRoom(start: PendingStart): Promise<Transacted>[] {
    return start.replaces.flatMap((runId) => {
      const run = this.runs.find(runId)?.run;
      if (run === undefined || run.finished !== undefined || run.stopRequested) return [];
      return [this.bus.execute(new StopRun(runId, this.envelopeOf(start, idOf(start, `replace ${runId}`))))];
    });
  }

  private isFree(jobnet: string): boolean {
    const state = this.jobnets.find(jobnet)?.state ?? jobnetDecider.initialState;
    return state.mode === 'enabled' && !this.openRuns.isBusy(jobnet, state.admissions);
  }

  private envelopeOf({ eventId, schedule, occurrence: { key } }: PendingStart, commandId: string): CommandEnvelope {
    return { ...this.envelope(commandId), causationId: eventId, reason: `schedule ${schedule}, occurrence ${key}` };
  }

  private envelope(commandId: string): CommandEnvelope {
    return { commandId, actor: this.identity.actor };
  }
}

/** Of a command about it, whoever gives it. */
function idOf({ eventId }: PendingStart, what: string): string {
  return hashUuid([eventId, what]);
}
