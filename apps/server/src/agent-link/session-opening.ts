import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Connected } from '#domain/agent/agent.decider';
import type { Position } from '#event-store/event-store.port';
import type { Hello, Welcome } from '#protocol/agent-link';
import type { Actor } from '#events/vocabulary';
import { AgentsProjection } from '../agents/agents.projection.js';
import { ConnectAgent } from '../agents/connect-agent.handler.js';
import { EnrolAgent } from '../agents/enrol-agent.handler.js';
import type { Transacted } from '../event-sourcing/aggregate.repository.js';
import { type CommandEnvelope, newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from '../http/http-problem.js';
import type { Principal } from '../http/principal.js';
import { hashToken, newToken } from '../operators/token.js';
import { RecordKnown } from '../runs/commands/record-known.handler.js';
import { RecordNotKnown } from '../runs/commands/record-not-known.handler.js';
import { LogProjection } from '../log/log.projection.js';
import { RecoverExecutions } from '../runs/commands/recover-executions.handler.js';
import { RunsProjection } from '../runs/runs.projection.js';
import { ServerIdentity } from '../servers/server-identity.js';
import { heldAfterAll, notHeld } from './opening/differences.js';
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
    const isAnew = isToLearn || standing.startsAnew !== undefined;
    await this.settle(name, hello, isAnew);
    return {
      session: connected.session, server: this.identity.id, position: this.journalSince(name).toString(), epoch: this.log.state.epoch, mustNotBegin: [...mustNotBegin], mayHaveBegun: [...mayHaveBegun],
      startsAnew: isAnew, ...(credential === undefined ? {} : { credential }),
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
    const held = inventory.map((executionId) => ({ runId: executionId.split('~', 1)[0] ?? '', executionId }));
    const known = held.filter(({ runId }) => {
      const tracked = this.runs.find(runId);
      return tracked !== undefined && tracked.corrupt === undefined;
    });
    await this.allFolded([...byRun(known)].map(([runId, executionIds]) => this.bus.execute(new RecoverExecutions(runId, name, executionIds, this.because(helloId)))));
  }

  /**
   * What it should hold and does not is not known to it, and what it holds after all is. The log says since when the journal counts: a hello that failed half-way is made up for by the next one.
   * Of an agent that begins anew, where it was served up to may be a place of the log before it was put back: what stands there now was sent to nobody.
   */
  private async settle(name: string, { inventory, helloId, servedUpTo }: Hello, isAnew: boolean): Promise<void> {
    const journalSince = this.journalSince(name);
    const missing = byRun(notHeld(this.runs, name, { inventory, servedUpTo: isAnew ? '0' : servedUpTo }, journalSince));
    const found = byRun(heldAfterAll(this.runs, name, inventory));
    const reason = BigInt(servedUpTo) < journalSince ? 'the agent\'s journal is new or was rolled back' : 'it was handed over, and is not in the agent\'s inventory';
    await this.allFolded([
      ...[...missing].map(([runId, executionIds]) => this.bus.execute(new RecordNotKnown(runId, name, executionIds, reason, this.because(helloId)))),
      ...[...found].map(([runId, executionIds]) => this.bus.execute(new RecordKnown(runId, name, executionIds, this.because(helloId)))),
    ]);
  }

  private because(helloId: string): CommandEnvelope {
    return { commandId: newCommandId(), actor: this.identity.actor, causationId: helloId };
  }

  private async allFolded(commands: readonly Promise<Transacted>[]): Promise<void> {
    for (const { place } of await Promise.all(commands)) await this.follower.whenFolded(BigInt(place.receipt.position));
  }
}

function byRun(executions: readonly { readonly runId: string; readonly executionId: string }[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const { runId, executionId } of executions) grouped.set(runId, [...(grouped.get(runId) ?? []), executionId]);
  return grouped;
}
