/** The journal has a frame that is not what was written, with valid ones after it: no crash does that. Nothing is started from it. */
export class JournalCorruptError extends Error {
  override readonly name = 'JournalCorruptError';
  constructor(readonly path: string, readonly offset: number, what: string) {
    super(`the journal ${path} is corrupt at byte ${offset}: ${what}; keep the file, and move the data directory away to start afresh`);
  }
}

/** A record could not be made durable (disk full, input/output error, closed). Nothing that depends on it was done. */
export class JournalUnavailableError extends Error {
  override readonly name = 'JournalUnavailableError';
  constructor(why: string, options?: ErrorOptions) {
    super(`the journal cannot be written: ${why}`, options);
  }
}

/** Two agent processes never share a data directory. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';
  constructor(readonly directory: string, owner: string) {
    super(`the data directory ${directory} is in use by another agent (${owner}); stop that one, or give this one a directory of its own`);
  }
}

/** Its newest owner lives and holds another directory: what stands in this journal is that one's to run and to report. */
export class DataDirectoryCopiedError extends Error {
  override readonly name = 'DataDirectoryCopiedError';
  constructor(readonly directory: string, owner: string) {
    super(`the data directory ${directory} is a copy of one that another agent (${owner}) has in use; give this one a name and a directory of its own`);
  }
}
