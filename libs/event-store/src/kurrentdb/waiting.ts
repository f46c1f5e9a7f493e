/** Does something that ends when its signal aborts, for at most so long, and no longer than until `ended` aborts. */
export async function waitAtMost(ms: number, ended: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = setTimeout(end, ms);
  ended.addEventListener('abort', end, { once: true });
  if (ended.aborted) end();
  try {
    await work(over.signal);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', end);
    end();
  }
}

/** What the work gives, or undefined as soon as the signal aborts. */
export async function until<Result>(ended: AbortSignal, work: Promise<Result>): Promise<Result | undefined> {
  let end: (() => void) | undefined;
  const aborted = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
    ended.addEventListener('abort', end, { once: true });
  });
  work.catch(() => undefined);
  return Promise.race([work, aborted]).finally(() => ended.removeEventListener('abort', end!));
}
