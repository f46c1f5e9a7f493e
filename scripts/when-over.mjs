/** What has to go when this process ends, however it ends. */
const due = new Set();

process.on('exit', () => {
  for (const tidy of [...due].reverse()) tidy();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** Calls back at the end of this process, unless what it answers was called before. */
export function whenOver(tidy) {
  due.add(tidy);
  return () => due.delete(tidy);
}
