import { figure, medianOf, middle, number, p50p99 } from './figures.mjs';

/** Every table of a report, in the order in which they are read: `{ title, columns, rows }`. */
export function tablesOf({ options, disk, loopback, handOff, flows, server, appends, replay, schedules, stores }) {
  return [
    disk && floorTable(disk, loopback),
    handOff && handOffTable(handOff, disk),
    ...(flows ? [flowsTable(flows, options), costTable(flows), logTable(flows)] : []),
    server && serverTable(server, options),
    appends && appendsTable(appends),
    replay && replayTable(replay),
    schedules && schedulesTable(schedules),
    ...(stores ? [storesTable(stores, options), blowsTable(stores)] : []),
  ].filter((table) => table !== undefined);
}

function floorTable({ inPlace, growing }, loopback) {
  return {
    title: 'The floor: this disk, this loopback', columns: ['', 'p50 ms', 'p99 ms'],
    rows: [
      ['4 KiB write + fdatasync in written space', number(inPlace.p50), number(inPlace.p99)],
      ['the same at the end of a growing file', number(growing.p50), number(growing.p99)],
      ['HTTP POST to an idle process and back', number(loopback.p50), number(loopback.p99)],
    ],
  };
}

function handOffTable(byKind, disk) {
  return {
    title: 'Hand-off, one flow at a time: A1\'s result durable on the agent to A2\'s start durable on the agent',
    columns: ['jobs', 'p50 ms', 'p99 ms', 'p50 above two syncs', 'CPU ms a flow: server', 'agent', 'its children'],
    rows: Object.entries(byKind).map(([kind, { p50, p99, cpuMsPerFlow: cpu }]) =>
      [kind, figure(p50), figure(p99), number(medianOf(p50) - 2 * disk.inPlace.p50), middle(cpu.server), middle(cpu.agent), middle(cpu.children)]),
  };
}

function flowsTable(byKind, { inFlight }) {
  return {
    title: `Completed flows (A1 → A2), ${number(inFlight)} in flight`,
    columns: ['jobs', 'flows/s', 'flow ms p50 / p99', 'hand-off ms p50 / p99', 'connections'],
    rows: Object.entries(byKind).map(([kind, { flowsPerSecond, flowMs, handOffMs, connections }]) =>
      [kind, figure(flowsPerSecond), p50p99(flowMs), p50p99(handOffMs), middle(connections)]),
  };
}

function costTable(byKind) {
  return {
    title: 'What a flow costs', columns: ['jobs', 'CPU ms a flow: server', 'agent', 'its children', 'load generator', 'peak MiB: server', 'agent', 'load generator'],
    rows: Object.entries(byKind).map(([kind, { cpuMsPerFlow: cpu, peakMemoryMiB: memory }]) =>
      [kind, figure(cpu.server), figure(cpu.agent), figure(cpu.children), figure(cpu.load), middle(memory.server), middle(memory.agent), middle(memory.load)]),
  };
}

function logTable(byKind) {
  return {
    title: 'What a flow leaves and syncs',
    columns: ['jobs', 'events a flow', 'appends', 'commits', 'commit ms p50 / p99', 'log bytes a flow', 'bytes an event', 'agent syncs a flow', 'records a sync'],
    rows: Object.entries(byKind).map(([kind, { log, commitsPerFlow, commitMs, agentSyncsPerFlow, agentRecordsPerSync }]) =>
      [kind, middle(log.events), middle(log.appends), middle(commitsPerFlow), p50p99(commitMs), middle(log.logBytes), middle(log.bytesPerEvent), middle(agentSyncsPerFlow), middle(agentRecordsPerSync)]),
  };
}

function serverTable({ flowsPerSecond, resultToNextDispatchMs, cpuMsPerFlow, commitsPerFlow, commitMs, peakMemoryMiB, log }, { inFlight }) {
  return {
    title: `The server alone (an agent that keeps and runs nothing), ${number(inFlight)} in flight`,
    columns: ['flows/s', 'result sent to next dispatch, ms p50 / p99', 'CPU ms a flow: server', 'load and agent', 'commits a flow', 'commit ms p50 / p99', 'events a flow', 'peak MiB'],
    rows: [[figure(flowsPerSecond), p50p99(resultToNextDispatchMs), figure(cpuMsPerFlow.server), middle(cpuMsPerFlow.load), middle(commitsPerFlow), p50p99(commitMs), middle(log.events), middle(peakMemoryMiB.server)]],
  };
}

function appendsTable(levels) {
  return {
    title: 'Appends of two events to the embedded store, each writer on a stream of its own',
    columns: ['writers', 'appends/s', 'events/s', 'append ms p50 / p99', 'commits/s', 'appends a commit'],
    rows: Object.entries(levels).map(([writers, { appendsPerSecond, eventsPerSecond, appendMs, commitsPerSecond, appendsPerCommit }]) =>
      [writers, figure(appendsPerSecond), middle(eventsPerSecond), p50p99(appendMs), middle(commitsPerSecond), middle(appendsPerCommit)]),
  };
}

function replayTable({ events, logMiB, measured }) {
  return {
    title: `Replay of ${number(events)} events (${number(logMiB)} MiB, in the page cache)`, columns: ['', 'events/s', 'ms'],
    rows: [
      ['start of a server, less that over an empty log', figure(measured.coldStartEventsPerSecond), `${middle(measured.startMs)} − ${middle(measured.emptyStartMs)}`],
      ['reading the log alone', figure(measured.readEventsPerSecond), middle(measured.readMs)],
    ],
  };
}

function schedulesTable({ count, definingMs, first, later, cpuMs, peakMemoryMiB }) {
  const row = (what, { decidedMs, startedMs, markedMs }) => [what, ...[decidedMs, startedMs, markedMs].map(({ p50, last }) => `${middle(p50)} / ${figure(last)}`)];
  return {
    title: `${number(count)} schedules due in the same minute, each with a task (defined in ${figure(definingMs)} ms; CPU ms of the first minute: server ${middle(cpuMs.server)}, agent ${middle(cpuMs.agent)}; peak MiB: ${middle(peakMemoryMiB.server)}, ${middle(peakMemoryMiB.agent)})`,
    columns: ['from the instant that was due, ms p50 / last', 'OccurrenceStarted', 'RunStarted', 'the jobs\' own marks'],
    rows: [row('the first minute', first), row('the next one', later)],
  };
}

function storesTable(byStore, { inFlight }) {
  return {
    title: `The server alone on each store, ${number(inFlight)} in flight, the database on the same cores`,
    columns: ['store', 'flows/s', 'result sent to next dispatch, ms p50 / p99', 'the same, one flow at a time', 'CPU ms a flow: server', 'database', 'load and agent', 'peak MiB'],
    rows: Object.entries(byStore).map(([store, { flows: { flowsPerSecond, resultToNextDispatchMs, cpuMsPerFlow: cpu, peakMemoryMiB }, oneAtATime }]) =>
      [store, figure(flowsPerSecond), p50p99(resultToNextDispatchMs), p50p99(oneAtATime.resultToNextDispatchMs), figure(cpu.server), middle(cpu.database), middle(cpu.load), middle(peakMemoryMiB.server)]),
  };
}

function blowsTable(byStore) {
  return {
    title: 'Starts over a history, and blows: from SIGKILL to the beginning of the next job of flows whose job before ended just then',
    columns: ['store', 'flows in the log', 'start until one can be asked for, ms', 'peak MiB', 'its server killed: first ms', 'last of 8', 'database killed: first ms', 'last of 8', 'of which it was away'],
    rows: Object.entries(byStore).map(([store, { restart, serverKilled, databaseKilled }]) =>
      [store, number(restart?.flows), figure(restart?.ms), middle(restart?.peakMemoryMiB), figure(serverKilled?.firstMs), figure(serverKilled?.lastMs), figure(databaseKilled?.firstMs), figure(databaseKilled?.lastMs), figure(databaseKilled?.backMs)]),
  };
}
