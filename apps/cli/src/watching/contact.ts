import { setTimeout as pause } from 'node:timers/promises';
import { type CliFailure, GarbledAnswer, Refused, Unreachable } from '../client/cli-failure.js';
import type { Output } from '../output/output.js';
import { ageWords, localTime } from '../output/time-words.js';

const FIRST_PAUSE_MS = 50;
const PAUSE_AFTER_LOSS_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/** Keeps asking a server that goes away, and says once that it is away, since when, and once that it is back. */
export class Contact {
  private awaySinceMs: number | undefined;
  private said = false;
  private pauseMs = FIRST_PAUSE_MS;

  /** @param reached a server has answered this command already; before that its absence ends the command */
  constructor(
    private readonly out: Output,
    private readonly url: string,
    private reached: boolean,
  ) {}

  /** Asks until there is an answer, or a refusal that no waiting will change. */
  async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        const answer = await question();
        this.answered();
        return answer;
      } catch (error) {
        await this.survive(error);
      }
    }
  }

  answered(): void {
    if (this.said && this.awaySinceMs !== undefined) this.out.note(`the server at ${this.url} answers again, after ${ageWords(this.out.nowMs - this.awaySinceMs)}`);
    this.awaySinceMs = undefined;
    this.said = false;
    this.pauseMs = FIRST_PAUSE_MS;
    this.reached = true;
  }

  /** The connection ended in order or broke: nothing to tell, unless the server does not answer now. */
  async lost(): Promise<void> {
    this.awaySinceMs ??= this.out.nowMs;
    // A proxy that lets nobody stay answers well each time: it must not be asked without pause.
    this.pauseMs = Math.max(this.pauseMs, PAUSE_AFTER_LOSS_MS);
    await this.rest();
  }

  /** Waits a while, longer each time. @throws the error itself when it is no absence, or when no server was ever there */
  async survive(error: unknown): Promise<void> {
    if (!this.reached || !isAway(error)) throw error;
    this.awaySinceMs ??= this.out.nowMs;
    if (!this.said) this.out.note(`${error.message}; away since ${localTime(new Date(this.awaySinceMs).toISOString(), this.out.nowMs)}, trying again until it is back`);
    this.said = true;
    await this.rest();
  }

  private async rest(): Promise<void> {
    await pause(this.pauseMs);
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
  }
}

/** Also what a proxy, or a server whose store is away, says meanwhile. */
function isAway(error: unknown): error is CliFailure {
  if (error instanceof Unreachable) return true;
  return (error instanceof Refused && error.problem.status >= 500) || (error instanceof GarbledAnswer && error.status >= 500);
}
