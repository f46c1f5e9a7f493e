import { Injectable } from '@nestjs/common';
import { HEARTBEAT_MS } from '#protocol/agent-link';
import { LiveContacts } from '../agents/live-contacts.js';
import { HttpProblem } from '../http/http-problem.js';

/** The open end of a session's stream of frames. */
export interface FrameStream {
  write(text: string): void;
  end(): void;
}

/** A session that this process began. `stream` is there while the agent holds its stream of frames open. */
export interface LiveSession {
  readonly name: string;
  readonly number: number;
  stream?: FrameStream;
  /** Aborts when the session is over: what was asked of the agent in it will not come. */
  readonly over: AbortController;
  /** Monotonic, milliseconds: when the agent last said anything. */
  heardAt: number;
}

/** A link that says nothing for three heartbeats is dead, whatever TCP believes. */
const DEAD_AFTER_MS = 3 * HEARTBEAT_MS;

/** The sessions that agents have with this very process. That is no fact of the log: it dies with the process, and so do they. */
@Injectable()
export class LiveSessions {
  private readonly sessions = new Map<string, LiveSession>();

  constructor(private readonly contacts: LiveContacts) {}

  /** A new session supersedes the old one of its name, whose stream ends. */
  begin(name: string, number: number): LiveSession {
    const before = this.sessions.get(name);
    if (before?.number === number) return before;
    before?.stream?.end();
    before?.over.abort();
    const session: LiveSession = { name, number, heardAt: performance.now(), over: new AbortController() };
    this.sessions.set(name, session);
    this.contacts.heard(name, number);
    return session;
  }

  get(name: string): LiveSession | undefined {
    return this.sessions.get(name);
  }

  all(): Iterable<LiveSession> {
    return this.sessions.values();
  }

  /** Somebody holds this name's stream open and has been heard of lately. */
  isConnected(name: string): boolean {
    const session = this.sessions.get(name);
    return session?.stream !== undefined && !isDead(session);
  }

  /**
   * The session that a message names, if it is the one that counts.
   *
   * @throws HttpProblem 409 `session-over`: the agent has to say hello again
   */
  require(name: string, number: number): LiveSession {
    const session = this.sessions.get(name);
    if (session === undefined || session.number !== number) throw new HttpProblem(409, 'session-over', `session ${number} of agent ${name} is over; say hello again`);
    session.heardAt = performance.now();
    this.contacts.heard(name, number);
    return session;
  }

  /** Forgets a session, unless a newer one has taken its place. */
  forget(session: LiveSession): boolean {
    if (this.sessions.get(session.name) !== session) return false;
    this.sessions.delete(session.name);
    session.stream?.end();
    session.over.abort();
    return true;
  }

  dead(): LiveSession[] {
    return [...this.sessions.values()].filter(isDead);
  }
}

function isDead({ heardAt }: LiveSession): boolean {
  return performance.now() - heardAt > DEAD_AFTER_MS;
}
