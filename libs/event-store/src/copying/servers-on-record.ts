import type { EventStore, RecordedEvent } from '../event-store.port.js';

/** Servers whose last word in the log is that they were started: they run, or they crashed. The log alone does not tell which. In words for people. */
export async function serversOnRecord(store: EventStore): Promise<string[]> {
  const running = new Map<string, RecordedEvent>();
  for await (const batch of store.readAll(undefined, { streamPrefixes: ['server-'], types: ['ServerStarted', 'ServerStopped'] })) {
    for (const event of batch) {
      if (event.type === 'ServerStarted') running.set(event.stream, event);
      else running.delete(event.stream);
    }
  }
  return [...running.values()].map(({ data, metadata }) => {
    const { server, host, pid } = data as { readonly server?: string; readonly host?: string; readonly pid?: number };
    return `${server} (process ${pid} on ${host}, started ${metadata.at})`;
  });
}
