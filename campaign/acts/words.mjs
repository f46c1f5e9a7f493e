// What an operator may say about a run as it is shown: at random while faults strike, and at the end what closes it.

const isOut = ({ state }) => ['dispatched', 'accepted', 'running'].includes(state);

/** A word that may or may not be accepted; undefined when nothing comes to mind. */
export function wordFor(random, run, agents, kind = random.pick(KINDS)) {
  const about = (states, word, body = {}) => {
    const jobs = run.jobs.filter(({ state }) => states.includes(state));
    return jobs.length === 0 ? undefined : { path: `/runs/${run.runId}/jobs/${random.pick(jobs).jobId}/${word}`, body };
  };
  switch (kind) {
    case 'stop': return about(['dispatched', 'running'], 'stop');
    case 'skip': return about(['dispatched', 'running', 'waiting', 'ready', 'failed', 'lost', 'stopped'], 'skip');
    case 'hold': return about(['waiting', 'ready'], 'hold');
    case 'release': return about(['held'], 'release');
    case 'rerun': return about(['failed', 'stopped', 'lost', 'succeeded'], 'rerun');
    case 'rerun-concurrent': return about(['running'], 'rerun', { concurrent: true });
    case 'settle': return about(['running', 'failed', 'lost', 'stopped'], 'settle', { outcome: random.pick(['succeeded', 'failed']) });
    case 'adopt': return about(['skipped', 'succeeded', 'failed', 'lost'], 'adopt');
    case 'hold-run': return { path: `/runs/${run.runId}/hold` };
    case 'release-run': return { path: `/runs/${run.runId}/release` };
    case 'stop-run': return { path: `/runs/${run.runId}/stop` };
    case 'drain': return { path: `/agents/${random.pick(agents)}/drain` };
    case 'resume': return { path: `/agents/${random.pick(agents)}/resume` };
    // Refused while it is connected.
    case 'declare-lost': return { path: `/agents/${random.pick(agents)}/declare-lost` };
    case 'abandon': {
      const out = run.jobs.flatMap(({ executions }) => executions.filter(isOut));
      return out.length === 0 ? undefined : { path: `/executions/${random.pick(out).executionId}/abandon` };
    }
  }
}

const KINDS = ['stop', 'stop', 'stop', 'skip', 'skip', 'hold', 'release', 'rerun', 'rerun', 'rerun-concurrent', 'settle', 'adopt', 'hold-run', 'release-run', 'release-run', 'stop-run', 'drain', 'resume', 'resume', 'abandon', 'declare-lost'];

/** What a run waits for a person to say, now that everybody is back. */
export function closingWords(random, run) {
  const job = (jobId, word, body = {}) => ({ path: `/runs/${run.runId}/jobs/${jobId}/${word}`, body });
  const isOpen = run.finishedAt === undefined;
  const words = isOpen && run.status === 'held' ? [{ path: `/runs/${run.runId}/release` }] : [];
  for (const { jobId, state, attempt, executions } of run.jobs) {
    // The agent has said that it does not have it: nobody else will say more.
    for (const { executionId, evidence } of executions.filter(isOut)) if (evidence.kind === 'unknown-to-agent') words.push({ path: `/executions/${executionId}/abandon` });
    if (!isOpen) continue;
    if (state === 'held') words.push(job(jobId, 'release'));
    if (!['failed', 'stopped', 'lost'].includes(state)) continue;
    if (attempt < 3 && random.chance(0.4)) words.push(job(jobId, 'rerun'));
    else words.push(random.chance(0.5) ? job(jobId, 'skip') : job(jobId, 'settle', { outcome: 'succeeded' }));
  }
  return words;
}
