// What strikes the database, or the way from one server to it.
import { pause } from '../stage/waiting.mjs';
import { stepOf } from './restarts.mjs';

/** An outage is sometimes longer than a server tries an append again, and than others take it for one that is there. */
const STRETCH = { released: 1, cut: 10 };

export const DATABASE_ACTS = {
  'kill-database': async (stage, { server, lastsMs, ends }, round) => {
    round.note('kill-database', stepOf(stage, server));
    await stage.database.kill();
    await pause(STRETCH[ends] * lastsMs);
    await stage.database.restart();
  },

  'pause-database': async (stage, { server, lastsMs, ends }, round) => {
    round.note('pause-database', stepOf(stage, server));
    const goOn = stage.database.freeze();
    await pause(STRETCH[ends] * lastsMs);
    goOn();
  },

  // One server alone is cut off, and the others go on.
  'cut-database': async (stage, { server, lastsMs, ends }, round) => {
    const way = stage.storeLinks.get(server);
    round.note('cut-database', stepOf(stage, server));
    way.shut();
    await pause(STRETCH[ends] * lastsMs);
    way.open();
  },

  'hold-back-database': async (stage, { server, lastsMs, ends }, round) => {
    const way = stage.storeLinks.get(server);
    round.note('hold-back-database', stepOf(stage, server));
    way.hold('up', 'down');
    await pause(2 * lastsMs);
    if (ends === 'released') way.release();
    else way.cut();
  },

  // What it says arrives, COMMITs as well, and it hears nothing of that.
  'lose-database-answers': async (stage, { server, lastsMs }, round) => {
    const way = stage.storeLinks.get(server);
    round.note('lose-database-answers', stepOf(stage, server));
    way.lose('down');
    await pause(lastsMs);
    way.cut();
  },
};
