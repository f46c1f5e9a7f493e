import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AgentsProjection } from '../agents/agents.projection.js';
import { RecordUnreachable } from '../agents/record-unreachable.handler.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { StreamClosedError } from '../event-sourcing/command-failures.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { SERVER_OPTIONS, type ServerOptions } from '../server-options.js';
import { ServerIdentity } from '../servers/server-identity.js';

/** After a start of the server all agents are away, and come back one after the other: each has so many times its grace. */
const GRACES_AFTER_START = 3;

/** While the log cannot be written, in milliseconds. */
const RETRY_MS = 1_000;

/** A silence that is not on record yet as too long. */
interface Silence {
  /** Monotonic, milliseconds. Infinite while it is being recorded. */
  due: number;
}

/**
 * Puts on record which agents have been silent for longer than their grace. That is evidence and changes no execution (law 5). One timer
 * for all of them, and no timer fires while the log denies what some agent knows; grace is measured on a monotonic clock, so that a wall clock that jumps makes nobody unreachable.
 */
@Injectable()
export class SilenceWatch implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(SilenceWatch.name);
  private readonly graceMs: number;
  private readonly silences = new Map<string, Silence>();
  private timer: NodeJS.Timeout | undefined;
  /** Not before the log is folded: a former life's silences are not this one's to time. */
  private watching = false;

  constructor(
    private readonly agents: AgentsProjection,
    private readonly bus: CommandBus,
    private readonly identity: ServerIdentity,
    private readonly ahead: AgentsAhead,
    @Inject(SERVER_OPTIONS) { agentGraceSeconds }: ServerOptions,
  ) {
    this.graceMs = agentGraceSeconds * 1000;
  }

  /** Whoever is away already has the grace of a start from now on. */
  start(): void {
    this.watching = true;
    for (const { agent } of this.agents.all()) this.look(agent.name, GRACES_AFTER_START * this.graceMs);
    this.wind();
  }

  /** The word about the log gives everybody a whole grace to come back. Comes after the agents, so that their contact is folded already. */
  apply({ event, recorded }: FoldedEvent): void {
    if (!this.watching) return;
    // Also by another server, which did not see it refused.
    if (event.type === 'AgentConnected') this.ahead.settled(event.data.agent);
    if (event.type === 'EpochBegan') this.putOff();
    else if (event.type === 'ServerStarted' || event.type === 'ServerStopped' || event.type === 'ServerContactLost') for (const { agent } of this.agents.all()) this.look(agent.name, this.graceMs);
    else if (recorded.stream.startsWith('agent-')) this.look(recorded.stream.slice('agent-'.length), this.graceMs);
    else return;
    this.wind();
  }

  onApplicationShutdown(): void {
    this.watching = false;
    clearTimeout(this.timer);
  }

  private look(name: string, graceMs: number): void {
    const contact = this.agents.find(name)?.contact;
    const isSilent = contact?.connected === false && contact.unreachable !== true;
    if (!isSilent) this.silences.delete(name);
    else if (!this.silences.has(name)) this.silences.set(name, { due: performance.now() + graceMs });
  }

  /** For the next one that is due. */
  private wind(): void {
    clearTimeout(this.timer);
    const next = [...this.silences.values()].reduce((least, { due }) => Math.min(least, due), Infinity);
    if (this.watching && next !== Infinity) this.timer = setTimeout(() => this.recordDue(), Math.max(0, next - performance.now())).unref();
  }

  /** What is being recorded is not. */
  private putOff(): void {
    for (const silence of this.silences.values()) if (silence.due !== Infinity) silence.due = performance.now() + this.graceMs;
  }

  private recordDue(): void {
    if (this.ahead.isWordAwaited) this.putOff();
    const now = performance.now();
    for (const [name, silence] of this.silences) if (silence.due <= now) void this.record(name, silence);
    this.wind();
  }

  /** What became of it is folded, and ends the silence here as well. */
  private async record(name: string, silence: Silence): Promise<void> {
    const tracked = this.agents.find(name);
    if (tracked === undefined) return;
    silence.due = Infinity;
    try {
      await this.bus.execute(new RecordUnreachable(name, tracked.agent.session?.number, tracked.contact.since, { commandId: newCommandId(), actor: this.identity.actor }));
    } catch (error) {
      if (error instanceof StreamClosedError || !this.watching) return;
      this.logger.warn({ msg: 'that an agent is unreachable could not be recorded; trying again', agent: name, error: String(error) });
      silence.due = performance.now() + RETRY_MS;
      this.wind();
    }
  }
}
