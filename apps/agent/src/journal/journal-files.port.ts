/**
 * What the journal asks of a file system, one method a step, so that tests can stop, fail or lose any of them.
 * All reject with the error of the operating system.
 */
export interface JournalFiles {
  /** The whole content, or undefined where there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
  /** Opens for writing; `create` makes it empty whatever was there. */
  open(path: string, mode: 'create' | 'existing'): Promise<JournalFile>;
  rename(from: string, to: string): Promise<void>;
  /** Succeeds where there is no such file. */
  remove(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

export interface JournalFile {
  /** All of the bytes at this offset. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** What was written is durable when it resolves. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
