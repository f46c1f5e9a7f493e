// Where the log can lie: what each kind of store is opened by, and how its database is struck.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { PostgresServer } from '../../dist/libs/event-store/src/testing/postgres-server.js';
import { whenOver } from '../../scripts/when-over.mjs';

export const STORES = ['sqlite', 'postgres', 'kurrentdb'];

/**
 * `freshUrl()` names a log that nobody has used yet (undefined: the server's own file); `pid` is the first process of the database where it is known;
 * `aim()` finds whom to kill, so that finding is not measured, and answers what does it; `mend()` brings it back.
 */
const OPEN = {
  sqlite: async () => ({ isShared: false, freshUrl: () => undefined, close: async () => undefined }),

  postgres: async () => {
    const server = await PostgresServer.start();
    const forget = whenOver(() => { if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL'); });
    return {
      isShared: true, freshUrl: () => server.freshUrl(), get pid() { return server.pid; },
      aim: () => () => server.kill(), mend: () => server.restart(),
      close: async () => { await server.remove(); forget(); },
    };
  },

  kurrentdb: async () => ({
    isShared: true, freshUrl: () => logIn(process.env.KURRENTDB_URL), ...(process.env.KURRENTDB_PID && { pid: Number(process.env.KURRENTDB_PID) }), close: async () => undefined,
  }),
};

/** @returns undefined where there is none to be had: a KurrentDB is only used, never started */
export async function openDatabase(kind) {
  return kind === 'kurrentdb' && !process.env.KURRENTDB_URL ? undefined : OPEN[kind]();
}

/**
 * A cluster whose leader can be killed: `KURRENTDB_CLUSTER` names its nodes, the command `KURRENTDB_LEADER` prints the leader's process id, and the
 * command `KURRENTDB_MEND` starts what is down. Undefined without them.
 */
export function openCluster() {
  const { KURRENTDB_CLUSTER: url, KURRENTDB_LEADER: leader, KURRENTDB_MEND: mend } = process.env;
  if (!url || !leader) return undefined;
  return {
    isCluster: true, freshUrl: () => logIn(url),
    aim: () => {
      const pid = Number(run(leader));
      return async () => process.kill(pid, 'SIGKILL');
    },
    mend: async () => { if (mend) run(mend); },
  };
}

function run(command) {
  return execFileSync('bash', ['-c', command], { encoding: 'utf8' }).trim();
}

function logIn(url) {
  return `${url}${url.includes('?') ? '&' : '?'}log=bench_${randomUUID().slice(0, 8)}`;
}
