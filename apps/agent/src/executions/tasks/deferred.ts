/** A promise that is settled from outside. The first word counts. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: Error): void;
}

export function deferred<Value>(): Deferred<Value> {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((onValue, onError) => { resolve = onValue; reject = onError; });
  // Who does not ask need not hear of it.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
