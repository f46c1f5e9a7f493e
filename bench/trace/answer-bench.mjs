/** Inside a process of the product: answers the benchmark's questions over the channel it was started with, and ends with the benchmark. */
export function answerBench(answers) {
  if (process.send === undefined) return;
  process.on('message', (question) => {
    const answer = answers[question?.bench];
    if (answer !== undefined) void Promise.resolve(answer()).then((told) => process.send({ bench: question.bench, answer: told }));
  });
  process.on('disconnect', () => process.exit(1));
  // The channel must not keep a process alive that would end by itself.
  process.channel.unref();
}
