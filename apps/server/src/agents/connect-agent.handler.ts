import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Connected } from '#domain/agent/agent.decider';
import type { Hello } from '#protocol/agent-link';
import { AggregateRepository, type Transacted } from '../event-sourcing/aggregate.repository.js';
import type { CommandEnvelope } from '../event-sourcing/command-envelope.js';
import { CommandRejectedError } from '../event-sourcing/command-failures.js';
import { AgentAggregate } from './agent.aggregate.js';

/** A session begun, or, for a repeat of the same hello, the one that it began the first time. */
export type SessionBegun = Transacted & { readonly session: number };

/** What the server has found out about the log and the agent's journal; both are recorded with the session. */
export interface Standing {
  readonly epoch?: number | undefined;
  readonly startsAnew?: 'log-restored' | 'journal-rolled-back' | undefined;
}

export class ConnectAgent extends Command<SessionBegun> {
  /** `connected`: where another connection with this name is open right now. */
  constructor(
    readonly name: string, readonly server: string, readonly hello: Hello, readonly standing: Standing, readonly connected: Connected, readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(ConnectAgent)
export class ConnectAgentHandler implements ICommandHandler<ConnectAgent> {
  constructor(private readonly repository: AggregateRepository) {}

  async execute({ name, server, hello, standing, connected, envelope }: ConnectAgent): Promise<SessionBegun> {
    const { helloId, inventory: _inventory, open: _open, epoch: _epoch, ...facts } = hello;
    let session: number | undefined;
    const done = await this.repository.transact(() => new AgentAggregate(name), envelope, (agent, metadata) => {
      agent.handle({ type: 'ConnectAgent', helloId, connected, hello: { agent: name, server, ...facts, ...standing } }, metadata);
      session = agent.state?.session?.helloId === helloId ? agent.state.session.number : undefined;
    });
    if (session === undefined) {
      throw new CommandRejectedError('agent-name-in-use', `another agent is connected as ${name}; this one is not that process`);
    }
    return { ...done, session };
  }
}
