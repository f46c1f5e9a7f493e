import { Injectable } from '@nestjs/common';
import { type Command, CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import type { CommandAnswer } from '#protocol/api';
import type { Transacted } from '../event-sourcing/aggregate.repository.js';
import { type CommandEnvelope, fingerprintOf, idempotentCommandId, newCommandId } from '../event-sourcing/command-envelope.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from './http-problem.js';
import type { Principal } from './principal.js';

/** From a request to a command and back: who asks and why goes in, and the answer waits until every query shows the effect. */
@Injectable()
export class CommandGateway {
  constructor(private readonly bus: CommandBus, private readonly follower: LogFollower) {}

  envelope(request: FastifyRequest, { actor }: Principal, why: { reason?: string | undefined; ticket?: string | undefined } = {}): CommandEnvelope {
    const key = request.headers['idempotency-key'];
    if (key !== undefined && (typeof key !== 'string' || key.length < 1 || key.length > 200)) {
      throw new HttpProblem(400, 'invalid-request', 'an Idempotency-Key has 1 to 200 characters');
    }
    const path = request.url.split('?', 1)[0] ?? '';
    if (key === undefined) return { commandId: newCommandId(), actor, ...why };
    return { commandId: idempotentCommandId(actor, request.method, path, key), fingerprint: fingerprintOf(request.body), actor, ...why };
  }

  /** Executes, and answers where the effect stands in the log, or that nothing had to be recorded for it. */
  async answer(command: Command<Transacted>): Promise<CommandAnswer> {
    const { place, written, repeats } = await this.execute(command);
    return { position: place.receipt.position, ...(written === 0 && repeats === undefined ? { alreadySo: true } : {}) };
  }

  async execute<Result extends Transacted>(command: Command<Result>): Promise<Result> {
    const result = await this.bus.execute<Command<Result>, Result>(command);
    await this.follower.whenFolded(BigInt(result.place.receipt.position));
    return result;
  }
}
