import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

/** Who narrates the start of the framework, route by route; nobody reads that in production. */
const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's logger as JSON lines on stderr; stdout belongs to `listening on URL`. */
export class JsonLogger implements LoggerService {
  constructor(private readonly out: Logger = pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }))) {}

  log(message: unknown, context?: string): void {
    if (context !== undefined && FRAMEWORK.has(context)) return;
    this.out.info(lineOf(message, context));
  }

  warn(message: unknown, context?: string): void {
    this.out.warn(lineOf(message, context));
  }

  error(message: unknown, ...more: unknown[]): void {
    this.out.error({ ...lineOf(message, more.map(String).at(-1)), ...(more.length > 1 ? { stack: more[0] } : {}) });
  }
}

function lineOf(message: unknown, context: string | undefined): Record<string, unknown> {
  const where = context === undefined ? {} : { context };
  return typeof message === 'object' && message !== null ? { ...where, ...message } : { ...where, msg: String(message) };
}
