// A log that was put back to a copy of itself has had several lives: what the former one wrote beyond the copy is its lost stretch. The campaign has
// read each life before it took it away, so that what was lost is known here, although the product cannot know it.

/** Where an event was first written: the life, and the position in it. Lives share what the copy held. */
const isUpTo = (one, other) => one.life < other.life || (one.life === other.life && one.position <= other.position);

export class Lives {
  /**
   * @param former the logs that were taken away, oldest first: `log`, how many events of it the copy `kept`, and when an operator had `said` so
   * @param log the one that is there now
   */
  constructor(former, log) {
    this.former = former;
    this.logs = [...former.map((each) => each.log), log];
    this.newest = log;
  }

  /** @returns the place of a position of one life's log */
  placeOf(life, position) {
    const before = this.former[life - 1];
    return before !== undefined && Number(position) <= before.kept ? this.placeOf(life - 1, position) : { life, position: Number(position) };
  }

  /** What that life had written and the next one does not have. */
  lostStretch(life) {
    return this.logs[life].slice(this.former[life].kept);
  }

  /** Everything that was ever written, once: by its place. */
  *written() {
    for (const [life, log] of this.logs.entries()) {
      for (const event of log.slice(this.former[life - 1]?.kept ?? 0)) yield { event, place: { life, position: Number(event.position) }, isLost: !this.isKept(life, event) };
    }
  }

  /** Whether the newest log has it. */
  isKept(life, { position }) {
    return this.former.slice(life).every(({ kept }) => Number(position) <= kept);
  }

  /** What a copy held stays as it was, whatever is put back. */
  firstDifference() {
    for (const [life, { log, kept }] of this.former.entries()) {
      const next = this.logs[life + 1];
      const index = log.slice(0, kept).findIndex((event, at) => JSON.stringify(event.data) !== JSON.stringify(next[at]?.data) || event.id !== next[at].id);
      if (index >= 0) return log[index];
    }
    return undefined;
  }
}

export { isUpTo };
