/** The first so many of what may have no end: nothing behind them is computed. `most` is at least 1. */
export function* firstOf<Item>(items: Iterable<Item>, most: number): Generator<Item> {
  let count = 0;
  for (const item of items) {
    yield item;
    count += 1;
    if (count === most) return;
  }
}
