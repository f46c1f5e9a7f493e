/** Runs what is asked for one stream one after the other, and different streams side by side. */
export class StreamQueues {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<Result>(stream: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.tails.get(stream) ?? Promise.resolve();
    const result = before.then(work, work);
    this.tails.set(stream, result);
    // Only the last one in a queue clears it away. The caller sees the error; here it only means "done".
    const clear = () => {
      if (this.tails.get(stream) === result) this.tails.delete(stream);
    };
    result.then(clear, clear);
    return result;
  }
}
