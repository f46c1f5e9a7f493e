import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { pino } from 'pino';
import { AgentModule } from './agent.module.js';
import type { AgentOptions } from './agent-options.js';
import { ExecutionKeeper } from './executions/execution-keeper.js';
import type { KeeperLog } from './executions/keeper-options.js';
import { AgentLink } from './link/agent-link.js';

/**
 * Runs an agent until a signal ends it; its jobs go on, and the next agent process on the same data takes them over. Prints
 * `connected to URL` on stdout each time a session begins.
 *
 * @throws DataDirectoryInUseError when another agent process has the data directory
 */
export async function startAgent(options: AgentOptions): Promise<void> {
  const log = jsonLog();
  const app = await NestFactory.createApplicationContext(AgentModule.with(options, log), { logger: false, abortOnError: false });
  const link = app.get(AgentLink);
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    log('info', `stopping on ${signal}; running jobs go on`);
    stop.abort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  await link.run(stop.signal, (url) => void process.stdout.write(`connected to ${url}\n`));
  await link.close();
  await app.get(ExecutionKeeper).close();
  await app.close();
  process.exit(0);
}

/** JSON lines on stderr; stdout belongs to `connected to URL`. */
function jsonLog(): KeeperLog {
  const out = pino({ base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  return (level, message, details = {}) => out[level](details, message);
}
