/** @returns the events of a table of appends, oldest first, as the export tells them */
export function eventsOfRows(rows) {
  return rows.flatMap(({ position, revision, stream, metadata, events }) => JSON.parse(events).map(({ metadata: own, ...event }, index) => ({
    position: String(Number(position) + index), stream, revision: Number(revision) + index, ...event, ...(own ?? JSON.parse(metadata)),
  })));
}
