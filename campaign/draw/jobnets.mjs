/** Jobnets of random shape: chains, fan-outs, joins; jobs that fail, once or always; long and short ones; commands and tasks. */
export function jobnetFrom(random, name, agents, marks) {
  const jobs = {};
  const names = Array.from({ length: random.whole(2, 6) }, (_, index) => `J${index + 1}`);
  names.forEach((job, index) => {
    jobs[job] = jobFrom(random, agents, afterOf(random, names.slice(0, index)), marks);
  });
  return { jobnet: name, onFailure: random.chance(0.8) ? 'hold' : 'end', jobs };
}

function afterOf(random, before) {
  if (before.length === 0 || random.chance(0.2)) return [];
  return random.shuffled(before).slice(0, random.whole(1, Math.min(3, before.length)));
}

function jobFrom(random, agents, after, marks) {
  const isTask = random.chance(0.25);
  const lastsMs = random.chance(0.15) ? random.whole(800, 2500) : random.whole(10, 400);
  const fails = random.pick(['never', 'never', 'never', 'never', 'never', 'once', 'always']);
  const code = fails === 'never' ? 0 : isTask ? 1 : random.whole(3, 120);
  const env = { MARKS: marks, LASTS: (lastsMs / 1000).toFixed(3), FAILS: fails, CODE: String(code) };
  return {
    agent: random.pick(agents), ...(after.length > 0 && { after }),
    // What a task gets are parameters; an environment is for commands.
    ...(isTask ? { task: 'work', parameters: env } : { command: COMMAND, env }),
    onLost: random.pick(['ask', 'fail', 'rerun']), onUnknown: random.pick(['ask', 'fail', 'rerun']),
    ...(random.chance(0.5) && { stopGraceSeconds: random.whole(0, 1) }),
  };
}

/**
 * What a job writes itself: a line when it begins and one when it ends, each opened with O_APPEND. The checker reads these, and nothing
 * that an agent says of them. `$$` is the job's own shell.
 */
const COMMAND = [
  'code=0; if [ "$FAILS" = always ] || { [ "$FAILS" = once ] && [ "$KIROKU_ATTEMPT" = 1 ]; }; then code=$CODE; fi',
  'mark() { printf \'%s %s %s %s %s %s %s %s\\n\' "$1" "$KIROKU_RUN_ID" "$KIROKU_JOB_ID" "$KIROKU_EXECUTION_ID" "$KIROKU_ATTEMPT" "$$" "$(date +%s.%N)" "$code" >>"$MARKS/$KIROKU_RUN_ID"; }',
  'mark begin', 'sleep "$LASTS"', 'mark end', 'exit "$code"',
].join('\n');
