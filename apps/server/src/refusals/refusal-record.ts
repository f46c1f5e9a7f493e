import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { RefusalCommand } from '#domain/refusal/refusal.decider';
import { quotaAt, type RefusalQuota, takeFrom } from '#domain/refusal/refusal-quota';
import type { Refusal } from '#events/refusal.events';
import type { Actor } from '#events/vocabulary';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { LogClock } from '../event-sourcing/log-clock.js';
import { RecordRefusal } from './record-refusal.handler.js';

const MINUTE_MS = 60_000;

/** Of one source: what its minute has left, and the timer that ends it where something was only counted. */
interface Book {
  readonly actor: Actor;
  quota: RefusalQuota;
  timer?: NodeJS.Timeout;
}

/**
 * Puts refused commands on record, beside the answer and never before it. The log is spared, not the memory of who asks: there is
 * a book for each known source, and in each minute at most so many appends, however many commands are refused.
 */
@Injectable()
export class RefusalRecord implements OnModuleDestroy {
  private readonly logger = new Logger(RefusalRecord.name);
  private readonly books = new Map<string, Book>();
  /** One line a failure, not one a refusal. */
  private failing = false;

  constructor(private readonly bus: CommandBus, private readonly clock: LogClock) {}

  noticed(actor: Actor, refusal: Refusal): void {
    const source = sourceOf(actor);
    const book = this.bookOf(source, actor);
    const { tell, quota } = takeFrom(book.quota);
    book.quota = quota;
    if (tell) this.record(source, actor, { type: 'RecordRefusal', refusal });
    else book.timer ??= setTimeout(() => this.endMinute(source, book), MINUTE_MS).unref();
  }

  /** What is counted and not told yet is lost with the process, as in a crash. */
  onModuleDestroy(): void {
    for (const { timer } of this.books.values()) clearTimeout(timer);
  }

  private bookOf(source: string, actor: Actor): Book {
    const fresh = quotaAt(this.clock.now());
    const book = this.books.get(source);
    if (book === undefined) {
      const made: Book = { actor, quota: fresh };
      this.books.set(source, made);
      return made;
    }
    if (book.quota.since !== fresh.since) this.endMinute(source, book);
    return book;
  }

  private endMinute(source: string, book: Book): void {
    const { since, suppressed: count } = book.quota;
    clearTimeout(book.timer);
    delete book.timer;
    book.quota = quotaAt(this.clock.now());
    if (count > 0) this.record(source, book.actor, { type: 'RecordSuppressed', count, since });
  }

  private record(source: string, actor: Actor, what: RefusalCommand): void {
    this.bus.execute(new RecordRefusal(source, what, { commandId: newCommandId(), actor })).then(() => {
      this.failing = false;
    }, (error: unknown) => {
      if (!this.failing) this.logger.warn({ msg: 'refusals cannot be recorded; they are dropped until the log can be written', error: String(error) });
      this.failing = true;
    });
  }
}

/** An operator's name; an agent's has a tilde in front, which stands in no id, so that no two sources share a stream. */
function sourceOf({ kind, id }: Actor): string {
  return kind === 'operator' ? id : `~${id}`;
}
