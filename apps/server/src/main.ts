import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EventStore } from '#event-store/event-store.port';
import { openStore } from '#event-store/open-store';
import { LogFollower } from './event-sourcing/log-follower.js';
import { JsonLogger } from './http/json-logger.js';
import { preparedApp } from './prepared-app.js';
import type { ServerOptions } from './server-options.js';
import { ServerLife } from './servers/server-life.js';
import { ServerPresence } from './servers/server-presence.js';

const logger = new Logger('Server');

/**
 * Runs a server until a signal ends it. Prints one line `listening on URL` on stdout once it serves: the log is folded, the
 * token files are there. Before that the port is closed.
 */
export async function startServer(options: ServerOptions): Promise<void> {
  Logger.overrideLogger(new JsonLogger());
  const store = await openLog(options);
  if (store === undefined) return;
  const app = await preparedApp(store, options, (error) => {
    logger.error(error instanceof Error ? error.stack : error);
    process.exit(1);
  });
  await app.listen({ host: options.listen.host, port: options.listen.port });
  app.get(ServerPresence).url = options.advertise ?? urlOf(app);
  stopOnSignal(app, store);
  process.stdout.write(`listening on ${urlOf(app)}\n`);
}

/** Waits as a standby while the log is not to be had; undefined when a signal ended the waiting. */
async function openLog({ store }: ServerOptions): Promise<EventStore | undefined> {
  const waiting = new AbortController();
  const giveUp = () => waiting.abort();
  process.once('SIGTERM', giveUp).once('SIGINT', giveUp);
  try {
    return await openStore(store, { signal: waiting.signal, onWaiting: (message) => logger.warn(message) });
  } catch (error) {
    if (!waiting.signal.aborted) throw error;
    logger.log('stopped while waiting');
    return undefined;
  } finally {
    process.off('SIGTERM', giveUp).off('SIGINT', giveUp);
  }
}

function urlOf(app: NestFastifyApplication): string {
  const address = app.getHttpServer().address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

/** The shutdown is ours: no new requests, the current facts to their end, the store last. */
function stopOnSignal(app: NestFastifyApplication, store: EventStore): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    void shutDown(app, store, signal).then(() => process.exit(0), (error: unknown) => {
      logger.error(error);
      process.exit(1);
    });
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

async function shutDown(app: NestFastifyApplication, store: EventStore, signal: string): Promise<void> {
  logger.log(`stopping on ${signal}`);
  await app.close();
  await app.get(LogFollower).stop();
  await app.get(ServerLife).stopped(signal);
  await store.close();
}
