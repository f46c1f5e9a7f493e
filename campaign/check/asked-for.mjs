// Whoever is said to have asked for something did: a person, or what the definition in the log says of the job. And what an exit code means is what that says.
import { EXECUTING } from './ending.mjs';

const OPEN = ['dispatched', 'accepted', 'running'];
/** Without a policy these are words of people. */
const WORDS_OF_PEOPLE = ['RunHeld', 'RunReleased', 'JobSkipped', 'JobHeld', 'JobReleased', 'JobOutcomeSettled', 'JobRerunRequested', 'LateResultAdopted', 'ExecutionAbandoned'];
const ON_END_UNKNOWN = { JobFailedByPolicy: 'fail', JobRerunRequested: 'rerun' };
/** So many re-runs in a row a job asks for by itself when it is lost again and again (docs/jobnets.md). */
const MOST_RERUNS = 3;

/** @param impossible throws, by law and reason */
export function checkAskedFor(run, job, { type, data, actor }, impossible) {
  const { policy } = data;
  const law = type === 'JobRerunRequested' ? 3 : 5;
  if (policy === undefined && WORDS_OF_PEOPLE.includes(type) && actor.kind !== 'operator') impossible(law, `${actor.kind} ${actor.id} is no person, and there is no policy`);
  if (type === 'JobRerunRequested') checkRerun(job, data, impossible);
  if (policy === 'retry' || type === 'JobRetryPlanned') return job.definition.retry === undefined && impossible(3, `${job.id} says nothing of another attempt when it fails`);
  if (policy !== undefined && ON_END_UNKNOWN[type] !== undefined) checkPolicy(run, job, type, data, (why) => impossible(law, why));
}

/** It follows the newest execution, and stands beside one that is out only where that was said. */
function checkRerun(job, { previousExecution, concurrent }, impossible) {
  const previous = job.executions.at(-1);
  if (previousExecution !== previous?.id) impossible(8, `it is to follow ${previousExecution ?? 'none'}, and the newest one is ${previous?.id ?? 'none'}`);
  if (!concurrent && OPEN.includes(previous?.state)) impossible(3, `${previous.id} is still out`);
}

/** What its author has written for an execution of which nobody knows how it ended. A person's word, to stop it or to give it up, stands above that. */
function checkPolicy(run, job, type, { policy, executionId = job.executions.at(-1)?.id }, impossible) {
  const written = job.definition[policy] ?? 'ask';
  if (written !== ON_END_UNKNOWN[type]) impossible(`${job.id} says ${policy}: ${written}`);
  const newest = job.executions.at(-1);
  if (newest === undefined || newest.id !== executionId) impossible(`${executionId} is not the newest one of ${job.id}`);
  const isSo = policy === 'onLost' ? newest.state === 'lost' || (newest.state === 'abandoned' && newest.isDeclaredLost) : newest.isNotKnown && OPEN.includes(newest.state);
  if (!isSo) impossible(`${newest.id} is ${newest.state}${newest.isNotKnown ? ', not known to its agent' : ''}: that is not what ${policy} is for`);
  if (![...EXECUTING, 'lost'].includes(job.state)) impossible(`${job.id} is ${job.state}: it is decided`);
  if (run.stopRequested || newest.isStopWished) impossible(`${newest.id} was to be stopped`);
  const last = job.executions.slice(-1 - MOST_RERUNS);
  if (type === 'JobRerunRequested' && last.length > MOST_RERUNS && last.every(cameToNothing)) impossible(`${job.id} has come to nothing ${last.length} times in a row`);
}

const cameToNothing = ({ state, isNotKnown }) => isNotKnown || state === 'lost' || state === 'abandoned';

/** A stop was carried out that somebody wished for, or the job's own time-out. */
export function checkStopped(job, execution, { policy }, impossible) {
  const isWritten = policy === 'timeout' && job.definition.timeout?.then === 'stop';
  if (!isWritten && !execution.isStopWished) impossible(5, `${execution.id} was stopped, and nobody had wished for it`);
}

/** Succeeded is what the definition calls so, and nothing else. */
export function checkOutcome(job, { executionId, outcome, exitCode }, impossible) {
  const due = (job.definition.successCodes ?? [0]).includes(exitCode) ? 'succeeded' : 'failed';
  if (outcome !== due) impossible(4, `${executionId} ended with ${exitCode}, which is ${due} and not ${outcome}`);
}

/** What is adopted came late, and is taken for what it is. */
export function checkAdopted({ executionId, outcome }, execution, impossible) {
  if (execution?.isLate !== true) impossible(6, `no late result of ${executionId} has arrived`);
  if (execution.outcome !== outcome) impossible(6, `the late result of ${executionId} is ${execution.outcome}, and was adopted as ${outcome}`);
}
