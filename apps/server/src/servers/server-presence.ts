import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import type { EventStore, Presence } from '#event-store/event-store.port';
import { formats } from '#events/formats';
import { newCommandId } from '../event-sourcing/command-envelope.js';
import { EVENT_STORE } from '../event-sourcing/event-store.token.js';
import type { FoldLag } from '../event-sourcing/fold-lag.js';
import type { FoldedEvent, Projection } from '../event-sourcing/projection.js';
import { Reaction } from '../event-sourcing/reaction.js';
import { AgentsAhead } from '../log/agents-ahead.js';
import { LoseServer } from './commands/lose-server.handler.js';
import { ReturnServer } from './commands/return-server.handler.js';
import { ServerIdentity } from './server-identity.js';
import { VERSION } from '../version.js';
import { ServersProjection, type TrackedServer } from './servers.projection.js';

/** What a server says of itself, once a second. */
const beat = z.object({
  life: z.string(),
  count: z.int(),
  /** Where other servers reach it. */
  url: z.string().optional(),
  version: z.string(),
  /** Up to where it has folded the log, and for how many milliseconds that has not been all. */
  position: z.string(),
  behindMs: z.number(),
  /** Up to which format of the log it reads. */
  reads: z.int(),
  /** There where an agent knows more than the log: the highest epoch that any such agent knows. Nothing follows by itself until an operator has said why. */
  aheadIn: z.int().optional(),
});

export type Beat = z.output<typeof beat>;

/** Another server that is heard, or serves as far as the log knows. */
interface Other {
  /** Undefined for one that was not heard yet. */
  readonly beat?: Beat | undefined;
  /** How often nothing new was heard since, although the store could be asked. */
  readonly misses: number;
}

/** A healthy store may take 2 s to answer; whoever is silent for three of those is gone, or of no use. */
const PRESENCE_PACE = { beatMs: 1_000, lostAfter: 6 };

/**
 * Says that this server is there, hears who else is, and puts on record whom it does not hear any more: that ends the sessions which agents had with it, and
 * frees its lease. What is heard is no fact, and nothing is decided by wall clocks: a beat is new when its count has moved, and a server is missed
 * only by who could ask the store. Where nobody else can have the log open, whatever else the log believes to serve is over.
 */
@Injectable()
export class ServerPresence implements Projection, OnApplicationShutdown {
  private readonly logger = new Logger(ServerPresence.name);
  readonly pace = { ...PRESENCE_PACE };
  private readonly others = new Map<string, Other>();
  private readonly onLost = new Set<(why: string) => void>();
  private readonly comingBack = new Reaction(() => this.comeBack(), (error) => this.logger.warn({ msg: 'that this server is back could not be recorded; trying again', error: String(error) }));
  /** Where others reach this server; known once it listens. */
  url: string | undefined;
  private count = 0;
  private spokenAt = performance.now();
  private isCutOff = false;
  private onSuperseded: (error: Error) => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = true;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly servers: ServersProjection,
    private readonly ahead: AgentsAhead,
    private readonly identity: ServerIdentity,
    private readonly bus: CommandBus,
  ) {}

  /** @param onSuperseded another process was started as this very server: this one has to end */
  start(lag: FoldLag, onSuperseded: (error: Error) => void): void {
    this.onSuperseded = onSuperseded;
    this.isOver = false;
    this.comingBack.start();
    void this.turn(lag);
  }

  /** Called when this server is not heard of by others, or can say nothing to them: the agents that are connected to it had better go elsewhere. */
  whenLost(listener: (why: string) => void): void {
    this.onLost.add(listener);
  }

  /** The newest beat of another server that is heard. */
  heardOf(server: string): Beat | undefined {
    const other = this.others.get(server);
    return other !== undefined && other.misses < this.pace.lostAfter ? other.beat : undefined;
  }

  /** Comes after the servers. Where others do not hear this one, it says that it is there, and begins with its agents anew. */
  apply({ event }: FoldedEvent): void {
    if (this.isOver) return;
    const { id, life } = this.identity;
    if (event.type === 'ServerStarted' && event.data.server === id && event.data.life !== life) {
      return this.onSuperseded(new Error(`process ${event.data.pid} on ${event.data.host} was started as this very server: each needs a --data of its own, and no copy of another's`));
    }
    // As good as a beat, which may come a moment later. What a former process said is said no more.
    if (event.type === 'ServerStarted' && event.data.server !== id) this.others.set(event.data.server, { misses: 0 });
    if (event.type === 'ServerReturned' && event.data.server !== id) this.others.set(event.data.server, { ...this.others.get(event.data.server), misses: 0 });
    if (event.type !== 'ServerContactLost' || event.data.server !== id || event.data.life !== life) return;
    this.logger.warn({ msg: 'other servers did not hear of this one for some time; its agents say hello again', reason: event.data.reason });
    this.tellLost('other servers did not hear of this one');
    void this.comingBack.ask();
  }

  onApplicationShutdown(): void {
    this.isOver = true;
    this.comingBack.stop();
    clearTimeout(this.timer);
  }

  private async turn(lag: FoldLag): Promise<void> {
    let isDone = this.store.presence === undefined;
    try {
      if (this.store.presence !== undefined) await this.speak(this.store.presence, lag);
      await this.recordMissed();
    } catch (error) {
      isDone = false;
      this.logger.debug({ msg: 'the other servers cannot be heard, or what follows not recorded; trying again', error: String(error) });
    }
    this.fence();
    if (!this.isOver && !isDone) this.timer = setTimeout(() => void this.turn(lag), this.pace.beatMs).unref();
  }

  private async speak(presence: Presence, lag: FoldLag): Promise<void> {
    const { id, life } = this.identity;
    this.count += 1;
    const said: Beat = { life, count: this.count, url: this.url, version: VERSION, ...(await lag.measure()), reads: formats.newest, ...(this.ahead.isRefusing && { aheadIn: this.ahead.epoch }) };
    await presence.say(id, JSON.stringify(said));
    this.hear(await presence.heard());
    this.spokenAt = performance.now();
    this.isCutOff = false;
  }

  private hear(heard: ReadonlyMap<string, string>): void {
    const serving = new Set(this.othersServing().map(({ server }) => server));
    for (const server of new Set([...heard.keys(), ...serving, ...this.others.keys()])) {
      if (server === this.identity.id) continue;
      const [{ beat: before, misses } = { misses: 0 }, said] = [this.others.get(server), beatIn(heard.get(server))];
      const isNew = said !== undefined && (before?.count !== said.count || before.life !== said.life);
      if (isNew) this.others.set(server, { beat: said, misses: 0 });
      else if (misses >= this.pace.lostAfter && !heard.has(server) && !serving.has(server)) this.others.delete(server);
      else this.others.set(server, { beat: before, misses: misses + 1 });
    }
    this.ahead.othersSee([...this.others.keys()].flatMap((server) => this.heardOf(server)?.aheadIn ?? []));
  }

  private othersServing(): TrackedServer[] {
    return [...this.servers.all()].filter(({ server, state }) => state === 'serving' && server !== this.identity.id);
  }

  /** Those who serve as far as the log knows, and are not heard. */
  private async recordMissed(): Promise<void> {
    const { presence } = this.store;
    const missed = this.othersServing().filter(({ server }) => presence === undefined || (this.others.get(server)?.misses ?? 0) > this.pace.lostAfter);
    const why = presence === undefined ? 'another server has the log open, which one at a time can have' : `nothing was heard of it for ${(this.pace.lostAfter * this.pace.beatMs) / 1_000} s`;
    for (const { server, life } of missed) {
      if (this.isOver) return;
      await this.bus.execute(new LoseServer(server, life, why, this.envelope()));
    }
  }

  /** Who cannot reach the store while others were heard of a moment ago is most likely alone in that. */
  private fence(): void {
    if (this.isCutOff || ![...this.others.keys()].some((server) => this.heardOf(server) !== undefined) || performance.now() - this.spokenAt < this.pace.lostAfter * this.pace.beatMs) return;
    this.isCutOff = true;
    this.tellLost('this server cannot reach the log; another one may');
  }

  private tellLost(why: string): void {
    for (const listener of this.onLost) listener(why);
  }

  private async comeBack(): Promise<boolean> {
    const { id, life } = this.identity;
    const own = this.servers.find(id);
    if (own?.state === 'silent' && own.life === life) await this.bus.execute(new ReturnServer(id, life, this.envelope()));
    return false;
  }

  private envelope() {
    return { commandId: newCommandId(), actor: this.identity.actor };
  }
}

/** Undefined for what another version may say in another way. */
function beatIn(text = ''): Beat | undefined {
  try {
    return beat.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
