/** Keeps the answers for the last `limit` different words: they never change, so forgetting costs only time. */
export function remember<Answer>(limit: number, find: (word: string) => Answer): (word: string) => Answer {
  const known = new Map<string, Answer>();
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    const answer = find(word);
    const [oldest] = known.keys();
    if (known.size >= limit && oldest !== undefined) known.delete(oldest);
    known.set(word, answer);
    return answer;
  };
}
