import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { MOST_TRANSFERS, type OutputFrame, type OutputRefusal } from '#protocol/outputs';
import type { LiveSession } from '../agent-link/live-sessions.js';
import { HttpProblem } from '../http/http-problem.js';
import { OutputTransfer } from './output-transfer.js';

/** Which bytes of which output. */
export type OutputWish = Omit<OutputFrame, 'kind' | 'session' | 'requestId'>;

/** What an agent says before the first byte. */
export interface Announcement {
  readonly body: Readable;
  /** How many bytes will come; undefined while a job decides that. */
  readonly length: number | undefined;
  readonly isEnded: boolean;
}

/** The agent has the word, and it is no. */
export class OutputRefusedError extends Error {
  override readonly name = 'OutputRefusedError';

  constructor(readonly refusal: OutputRefusal) {
    super(refusal.detail);
  }
}

/** The session ended, or the agent did not answer in time. */
export class AgentSilentError extends Error {
  override readonly name = 'AgentSilentError';
}

/** A transfer that was asked for, and whoever waits for it to begin. */
interface Waiting {
  readonly agent: string;
  readonly resolve: (transfer: OutputTransfer) => void;
  readonly reject: (error: Error) => void;
}

/** In milliseconds. Tests hurry it. */
const PACE = {
  /** An agent that is connected answers a frame at once; this is for a host that is out of breath. */
  answerWithin: 10_000,
  /** Whoever takes nothing for this long while bytes wait has left without a word. They go on from where they were. */
  stalledAfter: 10 * 60_000,
};

/**
 * What this server has asked agents to send and what is passing through. Nothing of it is a fact: it dies with the process, with the session it was
 * asked in, and with the connection of whoever wanted it.
 */
@Injectable()
export class OutputTransfers {
  readonly pace = { ...PACE };
  private readonly waiting = new Map<string, Waiting>();
  /** By agent: asked for, or passing. */
  private readonly counts = new Map<string, number>();

  /**
   * Asks an agent for an output. Whoever gets the transfer takes its bytes or cuts it.
   *
   * @param gone aborts when nobody wants it any more
   * @throws HttpProblem 503 `too-many-transfers`
   * @throws OutputRefusedError
   * @throws AgentSilentError
   */
  async ask(session: LiveSession, wish: OutputWish, gone: AbortSignal): Promise<OutputTransfer> {
    const { name, number } = session;
    if (this.countOf(name) >= MOST_TRANSFERS) throw new HttpProblem(503, 'too-many-transfers', `${MOST_TRANSFERS} outputs of agent ${name} are being read already; try again when one has ended`);
    const requestId = randomUUID();
    const frame: OutputFrame = { kind: 'output', session: number, requestId, ...wish };
    const over = AbortSignal.any([session.over.signal, gone]);
    this.counts.set(name, this.countOf(name) + 1);
    try {
      const transfer = await this.begun(name, requestId, over, () => session.stream?.write(`event: output\ndata: ${JSON.stringify(frame)}\n\n`));
      transfer.cutOn(over);
      transfer.whenOver(() => this.release(name));
      return transfer;
    } catch (error) {
      this.release(name);
      throw error;
    }
  }

  /**
   * The agent sends what it was asked for; resolves when all of it is taken or it is cut.
   *
   * @throws HttpProblem 404: nobody waits for it (any more)
   */
  async deliver(agent: string, requestId: string, announced: Announcement): Promise<void> {
    const waiting = this.take(agent, requestId);
    const transfer = new OutputTransfer(announced, this.pace.stalledAfter);
    waiting.resolve(transfer);
    await transfer.over;
  }

  /** @throws HttpProblem 404 */
  refuse(agent: string, requestId: string, refusal: OutputRefusal): void {
    this.take(agent, requestId).reject(new OutputRefusedError(refusal));
  }

  /** What the agent answers a frame with, however it does. */
  private begun(agent: string, requestId: string, over: AbortSignal, send: () => void): Promise<OutputTransfer> {
    return new Promise((resolve, reject) => {
      const silence = setTimeout(() => waiting.reject(new AgentSilentError(`agent ${agent} did not answer within ${this.pace.answerWithin} ms`)), this.pace.answerWithin);
      const ended = () => waiting.reject(new AgentSilentError(`the session of agent ${agent} ended`));
      const settled = () => {
        clearTimeout(silence);
        over.removeEventListener('abort', ended);
        this.waiting.delete(requestId);
      };
      const waiting: Waiting = { agent, resolve: (transfer) => (settled(), resolve(transfer)), reject: (error) => (settled(), reject(error)) };
      this.waiting.set(requestId, waiting);
      over.addEventListener('abort', ended);
      if (over.aborted) ended();
      else send();
    });
  }

  /** That of another agent is as unknown as one that never was. */
  private take(agent: string, requestId: string): Waiting {
    const waiting = this.waiting.get(requestId);
    if (waiting === undefined || waiting.agent !== agent) throw new HttpProblem(404, 'output-not-wanted', 'nobody waits for this output');
    this.waiting.delete(requestId);
    return waiting;
  }

  private countOf(agent: string): number {
    return this.counts.get(agent) ?? 0;
  }

  private release(agent: string): void {
    const left = this.countOf(agent) - 1;
    if (left > 0) this.counts.set(agent, left);
    else this.counts.delete(agent);
  }
}
