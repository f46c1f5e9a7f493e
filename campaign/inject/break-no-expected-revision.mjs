// Broken: an append goes behind whatever its stream holds by now, not behind what its decision has seen. In one server process a queue a stream and
// its kept aggregates keep two decisions from meeting; those are economies, on which safety must not rest, and are out of the way here. Reading is slow
// as well, as with a store on another host.
import { breakIn, classOf, replace } from './patching.mjs';

const SLOW_MS = 25;

await breakIn('server', async () => {
  const { prototype: queues } = await classOf('apps/server/src/event-sourcing/stream-queues.js', 'StreamQueues');
  const { prototype: repository } = await classOf('apps/server/src/event-sourcing/aggregate.repository.js', 'AggregateRepository');
  const { prototype: writer } = await classOf('libs/event-store/src/sqlite/group-writer.js', 'GroupWriter');
  replace(queues, 'run', (_original, _stream, work) => work());
  replace(repository, 'load', async function fresh(original, empty) {
    this.cache.clear();
    const loaded = await original(empty);
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    return loaded;
  });
  replace(writer, 'append', function unchecked(original, append) {
    const { log } = this;
    return original(Object.create(append, { expected: { get: () => log.headOf(append.stream)?.revision ?? 'none' } }));
  });
});
