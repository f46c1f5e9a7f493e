import { Database } from '#event-store/sqlite/library';

/** Takes the file of a log for itself as any program with SQLite may, waiting for nobody. Returns what gives it back; throws SQLite's error where somebody has it. */
export function lockLog(file: string): () => void {
  const database = new Database(file, { timeout: 0, fileMustExist: true });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return () => void database.close();
}
