import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Connected } from '#domain/agent/agent.decider';
import type { Position } from '#event-store/event-store.port';
import type { Hello, Welcome } from '#protocol/agent-link';
import type { Actor } from '#events/vocabulary';
import { AgentsProjection } from '../agents/agents.projection.js';
import { ConnectAgent } from '../agents/connect-agent.handler.js';
import { EnrolAgent } from '../agents/enrol-agent.handler.js';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from '../http/http-problem.js';
import type { Principal } from '../http/principal.js';
import { hashToken, newToken } from '../operators/token.js';
import { RecordNotKnown } from '../runs/commands/record-not-known.handler.js';
import { LogProjection } from '../log/log.projection.js';
import { RecoverExecutions } from '../runs/commands/recover-executions.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { notHeld } from './opening/differences.js';
import { HelloCheck } from './opening/hello-check.js';
import { LiveSessions } from './live-sessions.js';

/** A session begins: who is it, does this server know all that the agent was told, and what of ours does the agent not hold? */
@Injectable()
export class SessionOpening {
  constructor(
    private readonly bus: CommandBus,
    private readonly follower: LogFollower,
    private readonly runs: RunsProjection,
    private readonly agents: AgentsProjection,
    private readonly live: LiveSessions,
    private readonly identity: ServerIdentity,
    private readonly check: HelloCheck,
    private readonly log: LogProjection,
  ) {}

  async open(name: string, principal: Principal, hello: Hello): Promise<Welcome> {
    const { mustNotBegin, mayHaveBegun, isToLearn, ...standing } = await this.check.check(name, hello);
    const credential = principal.role === 'enrolment' ? await this.enrol(name, principal) : undefined;
    const actor: Actor = { kind: 'agent', id: name };
    // Before the agent counts as connected: nothing is dispatched that it holds already.
    if (standing.startsAnew === 'log-restored') await this.recover(name, hello);
    const connected = await this.bus.execute(new ConnectAgent(name, this.identity.id, hello, standing, this.whereConnected(name), { commandId: hello.helloId, actor }));
    await this.follower.whenFolded(BigInt(connected.place.receipt.position));
    // Meanwhile it may have said hello to another server.
    if (this.agents.find(name)?.agent.session?.number !== connected.session) throw new HttpProblem(409, 'session-over', `session ${connected.session} of agent ${name} is over; say hello again`);
    this.live.begin(name, connected.session);
    await this.settle(name, hello);
    return {
      session: connected.session, server: this.identity.id, position: this.journalSince(name).toString(), epoch: this.log.state.epoch, mustNotBegin: [...mustNotBegin], mayHaveBegun: [...mayHaveBegun],
      startsAnew: isToLearn || standing.startsAnew !== undefined, ...(credential === undefined ? {} : { credential }),
    };
  }

  /** By the log where it is another server's to see: until that says so, or is not heard of itself, its connection counts. */
  private whereConnected(name: string): Connected {
    if (this.live.isConnected(name)) return 'here';
    const server = this.agents.serverOf(name);
    return server !== undefined && server !== this.identity.id ? 'elsewhere' : false;
  }

  private journalSince(name: string): Position {
    return this.agents.find(name)?.journalSince ?? 0n;
  }

  private async enrol(name: string, { actor, tokenId }: Principal): Promise<string> {
    const credential = newToken();
    const { place } = await this.bus.execute(new EnrolAgent(name, hashToken(credential), tokenId, this.whereConnected(name) !== false, { commandId: newCommandId(), actor }));
    await this.follower.whenFolded(BigInt(place.receipt.position));
    return credential;
  }

  /** What the agent holds of runs that this log knows, and whose dispatch it has forgotten. */
  private async recover(name: string, { inventory, helloId }: Hello): Promise<void> {
    const byRun = new Map<string, string[]>();
    for (const executionId of inventory) {
      const [runId = ''] = executionId.split('~', 1);
      if (this.runs.find(runId)?.corrupt === undefined && this.runs.find(runId) !== undefined) byRun.set(runId, [...(byRun.get(runId) ?? []), executionId]);
    }
    const places = await Promise.all([...byRun].map(([runId, executionIds]) =>
      this.bus.execute(new RecoverExecutions(runId, name, executionIds, { commandId: newCommandId(), actor: this.identity.actor, causationId: helloId }))));
    for (const { place } of places) await this.follower.whenFolded(BigInt(place.receipt.position));
  }

  /** What it should hold and does not is not known to it. The log says since when the journal counts: a hello that failed half-way is made up for by the next one. */
  private async settle(name: string, { inventory, helloId, servedUpTo }: Hello): Promise<void> {
    const journalSince = this.journalSince(name);
    const missing = new Map<string, string[]>();
    for (const { runId, executionId } of notHeld(this.runs, name, { inventory, servedUpTo }, journalSince)) missing.set(runId, [...(missing.get(runId) ?? []), executionId]);
    const reason = BigInt(servedUpTo) < journalSince ? 'the agent\'s journal is new or was rolled back' : 'it was handed over, and is not in the agent\'s inventory';
    const places = await Promise.all([...missing].map(([runId, executionIds]) =>
      this.bus.execute(new RecordNotKnown(runId, name, executionIds, reason, { commandId: newCommandId(), actor: this.identity.actor, causationId: helloId }))));
    for (const { place } of places) await this.follower.whenFolded(BigInt(place.receipt.position));
  }
}
