import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HEARTBEAT_MS, type LeaveFrame } from '#protocol/agent-link';
import { LoseContact } from '../agents/lose-contact.handler.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { ServerPresence } from '../servers/server-presence.js';
import { type LiveSession, LiveSessions } from './live-sessions.js';

/** While the log cannot be written, in milliseconds. */
const RETRY_MS = 1_000;

/** Beats on every open stream, puts on record which sessions ended, and ends those that the log says are over: the agent has said hello to another server. */
@Injectable()
export class SessionWatch implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(SessionWatch.name);
  private readonly timer = setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  private stopped = false;

  constructor(private readonly live: LiveSessions, private readonly bus: CommandBus, private readonly identity: ServerIdentity, presence: ServerPresence) {
    presence.whenLost((why) => this.endAll(why));
  }

  apply({ event, recorded }: FoldedEvent): void {
    if (event.type !== 'AgentConnected') return;
    const session = this.live.get(event.data.agent);
    if (session !== undefined && session.number < recorded.revision) this.live.forget(session);
  }

  /** The session is over, for this reason; a newer one of its name is not touched. */
  ended(session: LiveSession, why: string): void {
    if (this.live.forget(session)) this.record(session, why);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Each agent is told to try another server first. */
  private endAll(why: string): void {
    for (const session of [...this.live.all()]) {
      const frame: LeaveFrame = { kind: 'leave', session: session.number, reason: why };
      session.stream?.write(`event: ${frame.kind}\ndata: ${JSON.stringify(frame)}\n\n`);
      this.ended(session, why);
    }
  }

  private beat(): void {
    for (const session of this.live.dead()) this.ended(session, 'no sign of life');
    for (const { stream } of this.live.all()) stream?.write(': still here\n\n');
  }

  /** An orderly stop of the server ends its sessions by its own event. */
  private record(session: LiveSession, why: string): void {
    if (this.stopped) return;
    const { name, number } = session;
    this.bus.execute(new LoseContact(name, number, why, { commandId: newCommandId(), actor: this.identity.actor })).catch((error: unknown) => {
      this.logger.warn({ msg: 'the end of a session could not be recorded; trying again', agent: name, session: number, error: String(error) });
      setTimeout(() => this.record(session, why), RETRY_MS).unref();
    });
  }
}
