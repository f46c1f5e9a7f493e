import { Injectable, Logger } from '@nestjs/common';

/** Says once when the log cannot be written, and once when it can again: commands are refused meanwhile, and somebody has to be woken. */
@Injectable()
export class StoreTrouble {
  private readonly logger = new Logger(StoreTrouble.name);
  private sinceMs: number | undefined;

  get isWritable(): boolean {
    return this.sinceMs === undefined;
  }

  failed(error: Error): void {
    if (this.sinceMs !== undefined) return;
    this.sinceMs = performance.now();
    this.logger.error({ msg: 'the log cannot be written: commands are refused, agents keep their results', error: error.message });
  }

  succeeded(): void {
    if (this.sinceMs === undefined) return;
    this.logger.log({ msg: 'the log can be written again', afterMs: Math.round(performance.now() - this.sinceMs) });
    this.sinceMs = undefined;
  }
}
