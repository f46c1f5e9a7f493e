/** A history that no decision could have written. The fold of its stream stops: skipping an event would invent a state. */
export function corruptHistory(message: string): Error {
  const error = new Error(message);
  error.name = 'CorruptHistoryError';
  return error;
}
