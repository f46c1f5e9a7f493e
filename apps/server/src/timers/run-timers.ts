import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type DueKind, nextDue } from '#domain/run/time/next-due';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { StreamClosedError } from '../event-sourcing/command-failures.js';
import { hashUuid } from '../event-sourcing/event-id.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { Reaction } from '../event-sourcing/reaction.js';
import { WALL_CLOCK, type WallClock } from '../event-sourcing/wall-clock.js';
import { PassTime } from '../runs/commands/pass-time.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { ClockLease } from '../servers/clock-lease.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { Alarm } from './alarm.js';

/** Runs that decide side by side; their appends share a commit. */
const AT_ONCE = 256;

/** Beside every event that the clock brought. */
const REASONS: Readonly<Record<DueKind, string>> = {
  delay: 'its delay is over',
  retry: 'its next attempt is due',
  'latest-start': 'nothing of the run has started by its latest start (deadline)',
  'expected-end': 'the run has passed its expected end (deadline)',
  timeout: 'the run has passed its time-out',
};

/**
 * Has runs decide what has come due: delays, planned attempts, deadlines. What is due follows from the fold of each run; this only knows when
 * to look, and looking too often, or on two servers at once, changes nothing.
 */
@Injectable()
export class RunTimers implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(RunTimers.name);
  private readonly alarm: Alarm;
  private readonly passing = new Reaction(() => this.passDue(), (error) => {
    this.logger.warn({ msg: 'what is due could not be decided; trying again', error: String(error) });
  });
  /** Undefined until the log is folded: nothing is decided from half a history. */
  private follower: LogFollower | undefined;

  constructor(
    private readonly runs: RunsProjection,
    private readonly lease: ClockLease,
    private readonly bus: CommandBus,
    private readonly identity: ServerIdentity,
    private readonly logClock: LogClock,
    @Inject(WALL_CLOCK) clock: WallClock,
  ) {
    this.alarm = new Alarm(clock, logClock, () => this.passing.ask());
  }

  start(follower: LogFollower): void {
    this.follower = follower;
    this.passing.start();
    this.alarm.start();
  }

  /** Comes after the runs. */
  apply({ recorded: { stream } }: FoldedEvent): void {
    if (!stream.startsWith('run-')) return;
    const runId = stream.slice('run-'.length);
    const tracked = this.runs.find(runId);
    this.alarm.set(runId, tracked === undefined ? undefined : nextDue(tracked.run)?.at);
  }

  onApplicationShutdown(): void {
    this.alarm.stop();
    this.follower = undefined;
    this.passing.stop();
  }

  private async passDue(): Promise<boolean> {
    if (!this.lease.letsTimePass) return false;
    const decided = await Promise.all(this.alarm.dueNow(AT_ONCE).map((runId) => this.pass(runId)));
    return decided.some((written) => written > 0);
  }

  private async pass(runId: string): Promise<number> {
    const tracked = this.runs.find(runId);
    const next = tracked && nextDue(tracked.run);
    if (next === undefined) return 0;
    try {
      const { place, written } = await this.bus.execute(new PassTime(runId, next.kind, this.logClock.now(), this.envelopeFor(runId, next)));
      await this.follower?.whenFolded(BigInt(place.receipt.position));
      return written;
    } catch (error) {
      if (!(error instanceof StreamClosedError)) throw error;
      this.alarm.set(runId, undefined);
      return 0;
    }
  }

  /** The same thing due at the same instant is the same command, whichever server sends it, and however often. */
  private envelopeFor(runId: string, { kind, at }: { readonly kind: DueKind; readonly at: string }): CommandEnvelope {
    return { commandId: hashUuid(['pass-time', runId, kind, at]), actor: this.identity.actor, reason: REASONS[kind] };
  }
}
