import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Hello, Welcome } from '#protocol/agent-link';
import type { Actor } from '#events/vocabulary';
import { ConnectAgent } from '../agents/connect-agent.handler.js';
import { EnrolAgent } from '../agents/enrol-agent.handler.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from '../http/http-problem.js';
import type { Principal } from '../http/principal.js';
import { hashToken, newToken } from '../operators/token.js';
import { RecordNotKnown } from '../runs/record-not-known.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { LiveSessions } from './live-sessions.js';

/** How long a hello waits for this server to fold what the agent has a receipt for, in milliseconds. */
const PATIENCE_MS = 5_000;

/** A session begins: who is it, does this server know all that the agent was told, and what of ours does the agent not hold? */
@Injectable()
export class SessionOpening {
  constructor(
    private readonly bus: CommandBus,
    private readonly follower: LogFollower,
    private readonly runs: RunsProjection,
    private readonly live: LiveSessions,
    private readonly identity: ServerIdentity,
  ) {}

  async open(name: string, principal: Principal, hello: Hello): Promise<Welcome> {
    await this.foldUpTo(hello);
    const credential = principal.role === 'enrolment' ? await this.enrol(name, principal) : undefined;
    const actor: Actor = { kind: 'agent', id: name };
    const connected = await this.bus.execute(new ConnectAgent(name, this.identity.id, hello, this.live.isConnected(name), { commandId: hello.helloId, actor }));
    const position = BigInt(connected.place.receipt.position);
    await this.follower.whenFolded(position);
    this.live.begin(name, connected.session);
    await this.settle(name, hello, connected.newJournal ? position : BigInt(hello.servedUpTo), connected.newJournal);
    return { session: connected.session, server: this.identity.id, ...(credential === undefined ? {} : { credential }) };
  }

  /** A server that lags must not offer what the agent has finished and forgotten. */
  private async foldUpTo({ receipt }: Hello): Promise<void> {
    if (receipt === undefined || await this.follower.foldedWithin(BigInt(receipt.position), PATIENCE_MS)) return;
    throw new HttpProblem(409, 'log-behind-agent', `the agent has a receipt for position ${receipt.position}; this log stands at ${this.follower.position}`);
  }

  private async enrol(name: string, { actor, tokenId }: Principal): Promise<string> {
    const credential = newToken();
    const { place } = await this.bus.execute(new EnrolAgent(name, hashToken(credential), tokenId, this.live.isConnected(name), { commandId: newCommandId(), actor }));
    await this.follower.whenFolded(BigInt(place.receipt.position));
    return credential;
  }

  /** What was dispatched to the agent at or before `upTo`, and is neither in its hands nor answered, is not known to it. */
  private async settle(name: string, { inventory, helloId }: Hello, upTo: bigint, newJournal: boolean): Promise<void> {
    const held = new Set(inventory);
    const missing = new Map<string, string[]>();
    for (const { runId, executionId, position } of this.runs.openExecutionsOf(name).values()) {
      if (position <= upTo && !held.has(executionId)) missing.set(runId, [...(missing.get(runId) ?? []), executionId]);
    }
    const reason = newJournal ? 'the agent\'s journal is new or was rolled back' : 'it was handed over, and is not in the agent\'s inventory';
    const places = await Promise.all([...missing].map(([runId, executionIds]) =>
      this.bus.execute(new RecordNotKnown(runId, name, executionIds, reason, { commandId: newCommandId(), actor: this.identity.actor, causationId: helloId }))));
    for (const { place } of places) await this.follower.whenFolded(BigInt(place.receipt.position));
  }
}
