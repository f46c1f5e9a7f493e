import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Position } from '#event-store/event-store.port';
import { HEARTBEAT_MS } from '#protocol/agent-link';
import { type AuditFilter, AuditTrail } from '../audit/audit-trail.js';
import { LogFollower } from '../event-sourcing/log-follower.js';
import { HttpProblem } from '../http/http-problem.js';
import { Watcher } from './watcher.js';

/** At once, on this server. */
const MOST_WATCHERS = 200;

/** Everybody who watches the log live on this server. They are woken by what is folded, and beaten for together. */
@Injectable()
export class Watchers implements BeforeApplicationShutdown {
  private readonly watchers = new Set<Watcher>();
  private readonly logger = new Logger(Watchers.name);
  private readonly timer = setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  private readonly forget: () => void;

  constructor(private readonly follower: LogFollower, private readonly trail: AuditTrail) {
    this.forget = follower.onFolded(() => this.watchers.forEach((watcher) => watcher.wake()));
  }

  get count(): number {
    return this.watchers.size;
  }

  /** What all of them have been told and not taken yet, in bytes. */
  get buffered(): number {
    return [...this.watchers].reduce((sum, watcher) => sum + watcher.buffered, 0);
  }

  /** @throws HttpProblem 503 `too-many-watchers` */
  requireRoom(): void {
    if (this.watchers.size >= MOST_WATCHERS) throw new HttpProblem(503, 'too-many-watchers', `${MOST_WATCHERS} already watch on this server; try again later`);
  }

  /** Serves a connection whose head is written until either side ends it. */
  async serve(connection: ServerResponse, filter: AuditFilter, after: Position, isAllowed: () => boolean): Promise<void> {
    const watcher = new Watcher({ trail: this.trail, filter, folded: () => this.follower.position, isAllowed }, connection, after);
    this.watchers.add(watcher);
    try {
      await watcher.run();
    } catch (error) {
      this.logger.warn({ msg: 'a watcher was sent away: the log cannot be read', error: String(error) });
      watcher.end('the log cannot be read now');
    } finally {
      this.watchers.delete(watcher);
    }
  }

  /** Before connections are cut: each learns that this was the end, and where it was. */
  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.forget();
    for (const watcher of this.watchers) watcher.end('the server stops');
  }

  private beat(): void {
    const now = performance.now();
    for (const watcher of this.watchers) watcher.beat(now);
  }
}
