import { Injectable } from '@nestjs/common';
import type { Transacted } from '../event-sourcing/aggregate.repository.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { StreamQueues } from '../event-sourcing/appending/stream-queues.js';

/**
 * Calendars name each other across their streams, which no expected revision covers: on one server they change one after the other, and
 * each change sees what the one before it left. Two servers at once can still name in a circle; such calendars then tell no days, and say why.
 */
@Injectable()
export class CalendarTurns {
  private readonly queues = new StreamQueues();

  constructor(private readonly follower: LogFollower) {}

  take(change: () => Promise<Transacted>): Promise<Transacted> {
    return this.queues.run('calendars', async () => {
      const done = await change();
      await this.follower.whenFolded(BigInt(done.place.receipt.position));
      return done;
    });
  }
}
