import type { CliContext, CopyProgress } from '../cli-context.js';

/** Between two words: on a terminal, which shows one line that changes, and elsewhere, where each is a line of its own. In milliseconds. */
const TERMINAL_MS = 200;
const LOG_MS = 10_000;

/** How far a copy is, on stderr. */
export class CopyProgressLine {
  private phase: CopyProgress['phase'] | undefined;
  private shownAt = 0;
  private isOpen = false;

  constructor(private readonly context: Pick<CliContext, 'stderr' | 'now'>) {}

  show(progress: CopyProgress): void {
    const now = this.context.now();
    const isTerminal = this.context.stderr.isTTY === true;
    if (progress.phase === this.phase && now - this.shownAt < (isTerminal ? TERMINAL_MS : LOG_MS)) return;
    if (progress.phase !== this.phase) this.end();
    this.phase = progress.phase;
    this.shownAt = now;
    this.isOpen = isTerminal;
    this.context.stderr.write(isTerminal ? `\r\u001b[K${wordsOf(progress)}` : `kiroku: ${wordsOf(progress)}\n`);
  }

  /** What comes next begins on a line of its own. */
  end(): void {
    if (this.isOpen) this.context.stderr.write('\n');
    this.isOpen = false;
  }
}

function wordsOf({ phase, events, position, end }: CopyProgress): string {
  const doing = { comparing: 'comparing what is there already', copying: 'copying', verifying: 'comparing both logs' }[phase];
  return `${doing}: ${events} events, ${position * 100n / end} %`;
}
