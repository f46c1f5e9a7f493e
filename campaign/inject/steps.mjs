// The steps between which a process may die. `when`: before the method is called, or after it has returned (resolved); `alone`: what it asked the database is
// done there, and what would have been asked behind it was never sent. `stores` and `needs`: where there is such a step.
import { canBeHad } from '../stores/kinds.mjs';

const server = 'apps/server/src/';
const agent = 'apps/agent/src/';
const sqlite = 'libs/event-store/src/sqlite/';
const postgres = 'libs/event-store/src/postgres/';
const kurrentdb = 'libs/event-store/src/kurrentdb/';

const isDispatched = ({ event }) => event.type === 'JobDispatched';
/** Not the replay of a start. */
const serves = (dispatcher) => dispatcher.follower !== undefined;

/** The journal's own file, when it is written anew. */
const isJournal = (from) => from.endsWith('/journal.tmp');

/** The second half of a transaction in PostgreSQL, the first statement of which is the one that it never does without. */
const isCommit = (text) => text.endsWith('COMMIT') && text !== 'COMMIT';

const isScheduled = ({ planned }) => planned !== undefined;

/** Methods of classes, or of one object. `prelude` says what makes a step likely. */
export const METHOD_STEPS = [
  { step: 'server: a start was asked', module: `${server}runs/commands/start-run.handler.js`, name: 'StartRunHandler', method: 'execute', when: 'before' },
  { step: 'server: a word came', module: `${server}http/command-gateway.js`, name: 'CommandGateway', method: 'answer', when: 'before', prelude: 'words' },
  { step: 'server: before the append', stores: ['sqlite'], module: `${sqlite}group-writer.js`, name: 'GroupWriter', method: 'writeGroup', when: 'before' },
  { step: 'server: rows written, before COMMIT', stores: ['sqlite'], module: `${sqlite}sqlite-log.js`, name: 'SqliteLog', method: 'commit', when: 'before' },
  { step: 'server: after COMMIT, nobody told', stores: ['sqlite'], module: `${sqlite}sqlite-log.js`, name: 'SqliteLog', method: 'commit', when: 'after' },
  { step: 'server: before the append', stores: ['postgres'], module: `${postgres}group-writer.js`, name: 'GroupWriter', method: 'writeGroup', when: 'before' },
  { step: 'server: rows written, before COMMIT', stores: ['postgres'], module: `${postgres}postgres-log.js`, name: 'PostgresLog', method: 'add', when: 'alone' },
  { step: 'server: after COMMIT, nobody told', stores: ['postgres'], module: `${postgres}connection.js`, name: 'Connection', method: 'run', when: 'after', only: isCommit },
  { step: 'server: before the append', stores: ['kurrentdb'], module: `${kurrentdb}append-writer.js`, name: 'AppendWriter', method: 'write', when: 'before' },
  { step: 'server: after COMMIT, nobody told', stores: ['kurrentdb'], module: `${kurrentdb}append-writer.js`, name: 'AppendWriter', method: 'write', when: 'after' },
  { step: 'server: after COMMIT, before the fold', module: `${server}event-sourcing/log-follower.js`, name: 'LogFollower', method: 'fold', when: 'before' },
  { step: 'server: appended, before the handler goes on', module: `${server}event-sourcing/aggregate.repository.js`, name: 'AggregateRepository', method: 'transact', when: 'after' },
  { step: 'server: a word recorded, before its answer', module: `${server}http/command-gateway.js`, name: 'CommandGateway', method: 'answer', when: 'after', prelude: 'words' },
  { step: 'server: dispatch folded, before its frame', module: `${server}agent-link/dispatcher.js`, name: 'Dispatcher', method: 'apply', when: 'before', only: isDispatched, of: serves },
  { step: 'server: frame of a dispatch written', module: `${server}agent-link/dispatcher.js`, name: 'Dispatcher', method: 'apply', when: 'after', only: isDispatched, of: serves },
  { step: 'server: a report came', module: `${server}agent-link/report-recording.js`, name: 'ReportRecording', method: 'record', when: 'before' },
  { step: 'server: a report recorded, before its acknowledgement', module: `${server}agent-link/report-recording.js`, name: 'ReportRecording', method: 'record', when: 'after' },
  { step: 'server: a hello came', module: `${server}agent-link/session-opening.js`, name: 'SessionOpening', method: 'open', when: 'before', prelude: 'reconnect' },
  { step: 'server: a session on record, before it counts', module: `${server}agent-link/live-sessions.js`, name: 'LiveSessions', method: 'begin', when: 'before', prelude: 'reconnect' },
  { step: 'server: a session counts, before its inventory is settled', module: `${server}agent-link/live-sessions.js`, name: 'LiveSessions', method: 'begin', when: 'after', prelude: 'reconnect' },
  { step: 'server: a session opened, before the welcome', module: `${server}agent-link/session-opening.js`, name: 'SessionOpening', method: 'open', when: 'after', prelude: 'reconnect' },
  { step: 'server: stream open, before what is outstanding', module: `${server}agent-link/dispatcher.js`, name: 'Dispatcher', method: 'attach', when: 'before', prelude: 'reconnect' },
  { step: 'server: the pump begins', module: `${server}agent-link/dispatcher.js`, name: 'Dispatcher', method: 'dispatchWaiting', when: 'before' },
  { step: 'server: the pump has decided', module: `${server}runs/commands/dispatch-ready.handler.js`, name: 'DispatchReadyHandler', method: 'execute', when: 'after', prelude: 'reconnect' },
  { step: 'server: before a checkpoint', stores: ['sqlite'], module: `${sqlite}sqlite-log.js`, name: 'SqliteLog', method: 'checkpoint', when: 'before', prelude: 'work' },
  { step: 'server: after a checkpoint', stores: ['sqlite'], module: `${sqlite}sqlite-log.js`, name: 'SqliteLog', method: 'checkpoint', when: 'after', prelude: 'work' },
  { step: 'server: before it records what an agent does not know', module: `${server}runs/commands/record-not-known.handler.js`, name: 'RecordNotKnownHandler', method: 'execute', when: 'before', prelude: 'forget' },
  { step: 'server: what an agent does not know is recorded', module: `${server}runs/commands/record-not-known.handler.js`, name: 'RecordNotKnownHandler', method: 'execute', when: 'after', prelude: 'forget' },
  { step: 'server: runs are held, before the epoch begins', module: `${server}log/restore-log.handler.js`, name: 'RestoreLogHandler', method: 'holdOpenRuns', when: 'after', prelude: 'restore', needs: ['canGoBack'] },
  { step: 'server: before it recovers executions', module: `${server}runs/commands/recover-executions.handler.js`, name: 'RecoverExecutionsHandler', method: 'execute', when: 'before', prelude: 'restore', needs: ['canGoBack'] },
  { step: 'server: executions are recovered', module: `${server}runs/commands/recover-executions.handler.js`, name: 'RecoverExecutionsHandler', method: 'execute', when: 'after', prelude: 'restore', needs: ['canGoBack'] },
  { step: 'server: a schedule is due, before it decides', module: `${server}schedules/commands/decide-occurrences.handler.js`, name: 'DecideOccurrencesHandler', method: 'execute', when: 'before', prelude: 'time' },
  { step: 'server: a schedule has decided', module: `${server}schedules/commands/decide-occurrences.handler.js`, name: 'DecideOccurrencesHandler', method: 'execute', when: 'after', prelude: 'time' },
  { step: 'server: before a run is admitted', module: `${server}schedules/commands/admit-run.handler.js`, name: 'AdmitRunHandler', method: 'execute', when: 'before', prelude: 'time' },
  { step: 'server: a run is admitted, queued or passed over', module: `${server}schedules/commands/admit-run.handler.js`, name: 'AdmitRunHandler', method: 'execute', when: 'after', prelude: 'time' },
  { step: 'server: before a scheduled run starts', module: `${server}runs/commands/start-run.handler.js`, name: 'StartRunHandler', method: 'execute', when: 'before', only: isScheduled, prelude: 'time' },
  { step: 'server: a scheduled run has started', module: `${server}runs/commands/start-run.handler.js`, name: 'StartRunHandler', method: 'execute', when: 'after', only: isScheduled, prelude: 'time' },
  { step: 'server: before it says that another one is gone', module: `${server}servers/commands/lose-server.handler.js`, name: 'LoseServerHandler', method: 'execute', when: 'before', prelude: 'alone', needs: ['servers'] },
  { step: 'server: another one is said to be gone', module: `${server}servers/commands/lose-server.handler.js`, name: 'LoseServerHandler', method: 'execute', when: 'after', prelude: 'alone', needs: ['servers'] },
  { step: 'server: before it takes over the timers', module: `${server}servers/commands/take-clock-lease.handler.js`, name: 'TakeClockLeaseHandler', method: 'execute', when: 'before', prelude: 'alone', needs: ['servers'] },
  { step: 'server: the timers are taken over', module: `${server}servers/commands/take-clock-lease.handler.js`, name: 'TakeClockLeaseHandler', method: 'execute', when: 'after', prelude: 'alone', needs: ['servers'] },
  { step: 'server: it was said to be gone, before it says that it is back', module: `${server}servers/commands/return-server.handler.js`, name: 'ReturnServerHandler', method: 'execute', when: 'before', prelude: 'alone', needs: ['servers'] },
  { step: 'server: it has said that it is back', module: `${server}servers/commands/return-server.handler.js`, name: 'ReturnServerHandler', method: 'execute', when: 'after', prelude: 'alone', needs: ['servers'] },
  { step: 'agent: welcomed, before the session is durable', module: `${agent}executions/execution-keeper.js`, name: 'ExecutionKeeper', method: 'sessionBegan', when: 'before', prelude: 'reconnect' },
  { step: 'agent: the session is durable', module: `${agent}executions/execution-keeper.js`, name: 'ExecutionKeeper', method: 'sessionBegan', when: 'after', prelude: 'reconnect' },
  { step: 'agent: before a write of the journal', module: `${agent}journal/journal-file.js`, name: 'OpenJournalFile', method: 'append', when: 'before' },
  { step: 'agent: journal synced, nobody told', module: `${agent}journal/journal-file.js`, name: 'OpenJournalFile', method: 'append', when: 'after' },
  { step: 'agent: its journal is written anew, before the rename', module: `${agent}journal/node-journal-files.js`, name: 'nodeJournalFiles', method: 'rename', when: 'before', only: isJournal, prelude: 'work' },
  { step: 'agent: its new journal has the name', module: `${agent}journal/node-journal-files.js`, name: 'nodeJournalFiles', method: 'rename', when: 'after', only: isJournal, prelude: 'work' },
  { step: 'agent: before the sync of a new journal\'s name', module: `${agent}journal/node-journal-files.js`, name: 'nodeJournalFiles', method: 'syncDirectory', when: 'before', prelude: 'work' },
  { step: 'agent: before reports are sent', module: `${agent}link/report-sender.js`, name: 'ReportSender', method: 'deliver', when: 'before', only: (...given) => given[3].length > 0 },
  { step: 'agent: reports acknowledged, before they are done with', module: `${agent}link/server-client.js`, name: 'ServerClient', method: 'post', when: 'after', only: (path, body) => path.endsWith('/reports') && body.reports.length > 0 },
];

/** What the agent's keeper calls out by itself, as its own tests hear it. */
export const KEEPER_STEPS = {
  offered: 'agent: a dispatch was offered', accepted: 'agent: accepted is durable, before the start', starting: 'agent: a queued one is durable as starting, before the spawn',
  placed: 'agent: its directory is there, before the spawn', spawned: 'agent: spawned, before anything is heard of it', 'result-seen': 'agent: an exit was seen',
  summarised: 'agent: the output is summed up, before the end is durable', ended: 'agent: the end is durable, before it is sent', refused: 'agent: a refusal is durable',
  acknowledged: 'agent: acknowledged, before it is forgotten', forgotten: 'agent: forgotten is durable', 'stop-wanted': 'agent: a stop came, before it is durable',
  stopping: 'agent: a stop is durable, before the signal', signalled: 'agent: a signal was sent, before it is durable', 'signal-kept': 'agent: a signal is durable',
};

/** Where a line goes into a copy of the wrapper: before (or behind) the one text that is there exactly once. The wrapper dies, not its agent. */
export const WRAPPER_STEPS = [
  { step: 'wrapper: before the claim', at: 'set -C\nexec 8>claim', put: 'before' },
  { step: 'wrapper: its claim is there and empty, before it says whose', at: 'set +C\n', put: 'behind' },
  { step: 'wrapper: claimed, before the job', at: 'exec 8>&-\n', put: 'behind' },
  { step: 'wrapper: started is written, before exec', at: '  # Not a group leader, so setsid does not fork', put: 'before' },
  { step: 'wrapper: the job ended, before its result', at: 'kiroku_wrapper_code=$?\n', put: 'behind' },
  { step: 'wrapper: the result is written, before it says so', at: 'printf r >&9\n', put: 'before' },
  { step: 'wrapper: it has said that there is a result, before its sync', at: '# For the case that no agent is there to make it durable', put: 'before' },
];

/** In a task host, by methods of its `TaskRun`: `soon` is when the task has begun. The host dies, not its agent. */
export const HOST_STEPS = [
  { step: 'host: a task came, before it begins', method: 'context', when: 'before' },
  { step: 'host: a task runs', method: 'context', when: 'soon' },
  { step: 'host: a task has ended, before its agent hears it', method: 'finish', when: 'after' },
];

const PRELUDES = { starting: 'queue', refused: 'queue', 'stop-wanted': 'stops', stopping: 'stops', signalled: 'stops', 'signal-kept': 'stops' };

/** All of them, of whatever store: name, whose process has the step, and what makes it likely. */
const ALL_STEPS = [
  ...METHOD_STEPS.map(({ step, prelude, stores, needs }) => ({ step, who: step.split(':', 1)[0], prelude, stores, needs })),
  ...Object.entries(KEEPER_STEPS).map(([name, step]) => ({ step, who: 'agent', prelude: PRELUDES[name] })),
  ...WRAPPER_STEPS.map(({ step }) => ({ step, who: 'wrapper', prelude: undefined })),
  ...HOST_STEPS.map(({ step }) => ({ step, who: 'host', prelude: 'work' })),
];

/** @returns those that processes have which serve on this store */
export function stepsOf(setting) {
  return ALL_STEPS.filter((each) => canBeHad(each, setting));
}

/** Their names, each once: their numbers in the file of what a process has passed. */
export const STEP_NAMES = [...new Set(ALL_STEPS.map(({ step }) => step))];
