import { randomUUID } from 'node:crypto';
import { eventStoreContract } from '../../contract/event-store.contract.js';
import { KurrentDbStandIn } from '../../test-support/kurrentdb-stand-in.js';
import { openKurrentDbEventStore } from './open-kurrentdb-event-store.js';

/** Each test has a log of its own in one database, beside those of all the others. */
let logUrl: string;
function freshLogIn(url: string): string {
  return logUrl = `${url}${url.includes('?') ? '&' : '?'}log=test_${randomUUID().replaceAll('-', '')}`;
}

describe('the stand-in', () => {
  const standIn = new KurrentDbStandIn();
  beforeAll(() => standIn.start());
  afterAll(() => standIn.kill());

  eventStoreContract('KurrentDB (a stand-in of ours behind the real client)', () => openKurrentDbEventStore({ url: freshLogIn(standIn.url) }), {
    sharedByProcesses: () => logUrl,
    cutOff: async () => {
      standIn.kill();
      return async () => void await standIn.start();
    },
    freeze: async () => {
      standIn.freeze();
      return async () => standIn.thaw();
    },
  });
});

const { KURRENTDB_URL: real } = process.env;
if (real === undefined || real === '') {
  process.stderr.write('KurrentDB: only the stand-in was tested. The real one: KURRENTDB_URL=kurrentdb://HOST:2113?tls=false npm run test:kurrentdb\n');
} else {
  // Whoever runs it strikes it by hand or by the campaign: a URL offers no way to.
  eventStoreContract('KurrentDB (the real one at KURRENTDB_URL)', () => openKurrentDbEventStore({ url: freshLogIn(real) }), {
    sharedByProcesses: () => logUrl, cutOff: false, freeze: false,
  });
}
