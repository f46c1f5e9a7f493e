// Broken: an append goes behind whatever its stream holds by now, not behind what its decision has seen. In one server process a queue a stream and
// its kept aggregates keep two decisions from meeting; those are economies, on which safety must not rest, and are out of the way here. Reading is slow
// as well, as with a store on another host. In PostgreSQL each append goes alone, behind what was found under the lock.
import { breakIn, classOf, replace } from '../patching.mjs';

const SLOW_MS = 25;

/** The same append, which expects what is there whenever it is looked at. */
const following = (append, head) => ({ ...append, get expected() { return head(append.stream)?.revision ?? 'none'; } });

const UNCHECKED = {
  sqlite: async () => {
    const { prototype: writer } = await classOf('libs/event-store/src/sqlite/group-writer.js', 'GroupWriter');
    replace(writer, 'append', function unchecked(original, append) {
      const { log } = this;
      return original(following(append, (stream) => log.headOf(stream)));
    });
  },
  postgres: async () => {
    const { prototype: writer } = await classOf('libs/event-store/src/postgres/group-writer.js', 'GroupWriter');
    const { prototype: log } = await classOf('libs/event-store/src/postgres/postgres-log.js', 'PostgresLog');
    let found;
    replace(log, 'heads', async (original, ...given) => {
      found = await original(...given);
      return found;
    });
    replace(writer, 'takeGroup', function alone() {
      return this.queue.splice(0, 1);
    });
    replace(writer, 'append', (original, append) => original(following(append, (stream) => found?.streams.get(stream))));
  },
};

await breakIn('server', async () => {
  const { prototype: queues } = await classOf('apps/server/src/event-sourcing/appending/stream-queues.js', 'StreamQueues');
  const { prototype: repository } = await classOf('apps/server/src/event-sourcing/aggregate.repository.js', 'AggregateRepository');
  replace(queues, 'run', (_original, _stream, work) => work());
  replace(repository, 'load', async function fresh(original, empty) {
    this.cached.forget(empty.stream);
    const loaded = await original(empty);
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    return loaded;
  });
  await UNCHECKED[process.env.CAMPAIGN_STORE]();
});
