import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { Reaction } from '../event-sourcing/reaction.js';
import { DispatchReady } from '../runs/commands/dispatch-ready.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { SlotBook } from '../runs/slot-book.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { frameFor, type Outgoing, outstandingFrames } from './frames.js';
import { type LiveSession, LiveSessions } from './live-sessions.js';

/** Runs that get their waiting jobs dispatched side by side; their appends share a commit. */
const AT_ONCE = 64;

/**
 * Carries committed dispatches to agents, and has what waits dispatched when a slot is free. It keeps no list of its own: what
 * is outstanding follows from the fold, so that every session begins with all of it.
 */
@Injectable()
export class Dispatcher implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly waiting = new Reaction(() => this.dispatchWaiting(), (error) => {
    this.logger.warn({ msg: 'what waits could not be dispatched; trying again', error: String(error) });
  });
  /** Undefined until the log is folded: nothing is dispatched from half a history. */
  private follower: LogFollower | undefined;

  constructor(
    private readonly live: LiveSessions,
    private readonly runs: RunsProjection,
    private readonly slots: SlotBook,
    private readonly bus: CommandBus,
    private readonly identity: ServerIdentity,
  ) {}

  start(follower: LogFollower): void {
    this.follower = follower;
    follower.onFolded(() => void this.waiting.ask());
    this.waiting.start();
  }

  /** The agent listens: it gets everything that is outstanding, in log order, and from now on what comes. */
  attach(session: LiveSession): void {
    for (const frame of outstandingFrames(this.runs, session.name)) send(session, frame);
    // Its slots count from now on, and no further event may come to say so.
    void this.waiting.ask();
  }

  /** Comes after the projections it reads, so that they have folded the event already. */
  apply({ event, recorded }: FoldedEvent): void {
    if (!recorded.stream.startsWith('run-') || !('jobId' in event.data)) return;
    const runId = recorded.stream.slice('run-'.length);
    for (const session of this.live.all()) {
      if (session.stream === undefined) continue;
      for (const open of this.openOf(session.name, event)) {
        const frame = open.runId === runId ? frameFor(this.runs, open) : undefined;
        if (frame !== undefined) send(session, frame);
      }
    }
  }

  onApplicationShutdown(): void {
    this.waiting.stop();
  }

  /** The executions that an event may have made due: the one dispatched, or those of a job that was decided over them. */
  private *openOf(agent: string, event: FoldedEvent['event']) {
    const open = this.runs.openExecutionsOf(agent);
    if (event.type === 'JobDispatched') {
      const dispatched = open.get(event.data.executionId);
      if (dispatched !== undefined) yield dispatched;
      return;
    }
    if (event.type === 'ExecutionAbandoned') {
      const abandoned = this.runs.abandonedOn(agent).get(event.data.executionId);
      if (abandoned !== undefined) yield abandoned;
      return;
    }
    if (event.type !== 'JobSkipped' && event.type !== 'JobOutcomeSettled' && event.type !== 'JobRerunRequested' && event.type !== 'JobStopRequested') return;
    for (const each of open.values()) if (each.jobId === event.data.jobId) yield each;
  }

  private async dispatchWaiting(): Promise<boolean> {
    const due = this.runsWithFreeSlots();
    const done = await Promise.all(due.map((runId) => this.bus.execute(new DispatchReady(runId, { commandId: newCommandId(), actor: this.identity.actor }))));
    for (const { place } of done) await this.follower?.whenFolded(BigInt(place.receipt.position));
    return done.some(({ written }) => written > 0);
  }

  private runsWithFreeSlots(): string[] {
    const due = new Set<string>();
    const capacity = this.slots.capacity();
    for (const { name } of this.live.all()) {
      for (const runId of this.runs.waitingFor(name, Math.min(AT_ONCE, capacity[name] ?? 0))) due.add(runId);
    }
    return [...due];
  }
}

function send(session: LiveSession, frame: Outgoing): void {
  session.stream?.write(`id: ${frame.position}\nevent: ${frame.kind}\ndata: ${JSON.stringify({ ...frame, session: session.number })}\n\n`);
}
