import type { Type } from '@nestjs/common';
import { AggregateRoot, type IEventHandler } from '@nestjs/cqrs';
import type { DomainEvent } from '#events/catalogue';
import type { Receipt } from '#events/agent.events';
import type { EventMetadata } from '#events/vocabulary';
import type { Decider } from '#domain/decider';
import { isRejection } from '#domain/rejection';
import type { RecordedEvent } from '#event-store/event-store.port';
import { CommandRejectedError } from './command-failures.js';

/** An event as an aggregate applies it: with what the fold may know of when, who and by which command. */
export interface AppliedEvent<Event = DomainEvent> {
  readonly event: Event;
  readonly metadata: EventMetadata;
}

/** A command that was given under a key: what was asked, and the revision of the first event it wrote. */
export interface NamedCommand {
  readonly fingerprint: string;
  readonly first: number;
}

/** Where the newest event of an aggregate's stream stands. */
export interface Place {
  readonly revision: number;
  readonly receipt: Receipt;
}

export function placeOf({ revision, position, id }: RecordedEvent): Place {
  return { revision, receipt: { position: position.toString(), eventId: id } };
}

/**
 * The one bridge between Nest's AggregateRoot and the rules: the decider decides, the aggregate records. Nest routes events by
 * class name, hands out its live buffer and publishes before anything is durable; here every event takes the same way, the
 * buffer is copied, and `commit()` refuses (style.md, "Where @nestjs/cqrs bites").
 */
export abstract class EventSourcedAggregate<State, Command, Event extends DomainEvent> extends AggregateRoot<AppliedEvent<Event>> {
  private current: State;
  private stands: Place | undefined;
  private folded = 0;
  private readonly named = new Map<string, NamedCommand>();

  constructor(readonly stream: string, private readonly decider: Decider<State, Command, Event>) {
    super();
    this.current = decider.initialState;
  }

  get state(): State {
    return this.current;
  }

  /** What was recorded under the id of a command that may come again, whatever happened since; undefined when nothing was. */
  recordedOf(commandId: string): NamedCommand | undefined {
    return this.named.get(commandId);
  }

  /** Undefined for a stream without events. */
  get place(): Place | undefined {
    return this.stands;
  }

  /**
   * Decides, and records what was decided. Changes nothing when the rules refuse.
   *
   * @throws CommandRejectedError when the state does not allow the command
   */
  handle(command: Command, metadata: EventMetadata): void {
    const decision = this.decider.decide(command, this.current);
    if (isRejection(decision)) throw new CommandRejectedError(decision.rejected, decision.message);
    for (const event of decision) this.apply({ event, metadata });
  }

  replay(applied: AppliedEvent<Event>, place: Place): void {
    this.loadFromHistory([applied]);
    this.stands = place;
  }

  /** What was decided and is not in the log yet: a copy, and the buffer is empty afterwards. */
  takeUncommitted(): readonly AppliedEvent<Event>[] {
    const copy = [...this.getUncommittedEvents()];
    this.uncommit();
    return copy;
  }

  /** The append succeeded: the state that was decided is the log's state now. */
  appended(place: Place): void {
    this.stands = place;
  }

  override commit(): never {
    throw new Error('an aggregate is committed by AggregateRepository.transact, which appends to the log');
  }

  /** Nest's type says a class; what `apply` calls is a function. */
  protected override getEventHandler(): Type<IEventHandler> {
    const fold = ({ event, metadata }: AppliedEvent<Event>) => {
      this.current = this.decider.evolve(this.current, event, metadata);
      const { commandId, fingerprint } = metadata;
      if (fingerprint !== undefined && !this.named.has(commandId)) this.named.set(commandId, { fingerprint, first: this.folded });
      this.folded += 1;
    };
    return fold as unknown as Type<IEventHandler>;
  }
}
