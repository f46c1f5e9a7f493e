/** What stands on top of the document. */
export const INTRODUCTION = `An event-sourced job scheduler: whatever crashes, nobody has to guess afterwards.

- **Who may**: \`Authorization: Bearer <token>\`. A \`viewer\` looks, an \`operator\` also intervenes, an \`admin\` also decides who may. Agents have credentials of their own.
- **Commands** answer with the position of their effect in the log; every query of the same server shows it from then on. An \`Idempotency-Key\` makes a
  repeat harmless: the same key with the same body answers the same and does nothing more.
- **Queries** take \`after\`: a position that has to be folded first, to read one's own writes on another server.
- **Lists** are \`{ items, next? }\`, oldest first unless said otherwise; \`next\` is the \`cursor\` of the next page.
- **Refusals** are RFC 9457 problem documents. \`code\` is stable (\`x-codes\` lists them), the texts are for people.
- **What may grow**: lists of words (states, kinds, codes) and fields of answers. Pass over what you do not know.`;

/** The headings, in this order. */
export const TAGS: Readonly<Record<string, string>> = {
  jobnets: 'Definitions and their versions.',
  calendars: 'Which days are operating days.',
  schedules: 'What starts jobnets, and when.',
  runs: 'Runs of a jobnet, and what an operator can say to a whole run.',
  jobs: 'Jobs of a run, and what an operator can say to one.',
  agents: 'The hosts where jobs run.',
  audit: 'Who did what, when and why.',
  operators: 'Who may use the server.',
  log: 'The log itself, and what to say after it was restored.',
  server: 'The server itself.',
  'agent link': 'What agents talk on.',
};

/** What parameters mean: of a path with the noun before them, of a query with a question mark, of a header with a colon; what a schema says of itself goes first. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  'jobnets/id': 'Of a jobnet. What is no id is not found.',
  'calendars/id': 'Of a calendar. What is no id is not found.',
  'schedules/id': 'Of a schedule. What is no id is not found.',
  'occurrences/key': 'What names an occurrence, as `2026-10-25T02:30`, with `+1` behind it for the second of two.',
  'runs/runId': 'Of a run. What is no id is not found.',
  'versions/version': 'Its number, from 1.',
  'jobs/jobId': 'Of a job in the run. What is no id is not found.',
  'executions/executionId': 'Of one dispatch of a job.',
  'agents/name': 'Of an agent. What is no name is not found.',
  'outputs/requestId': 'As the frame named it.',
  'operators/name': 'Of an operator. What is no name is not found.',
  'docs/file': 'That the page loads.',
  'x-kiroku-state:': 'Whether the job may write more: `running`, or `ended`.',
  'x-kiroku-length:': 'How many bytes will come, where that is known.',
  '?seen': 'The newest event that was shown, as `position:id`. Refused with `log-restored` when the log does not hold it any more.',
  'last-event-id:': 'The last `id` that was seen: a position.',
  '?after': 'A position of the log: the answer waits, for a few seconds, until the server has folded it.',
  '?limit': 'The length of a page.',
  '?actor': 'Ids of operators, agents or servers, separated by commas.',
  '?type': 'Types of events, separated by commas.',
  '?stream': 'Whole names of streams, separated by commas.',
  '?run': 'Ids of runs, separated by commas.',
  '?jobnet': 'Ids of jobnets, separated by commas.',
  '?job': 'Ids of jobs, separated by commas.',
  '?attempt': 'Which attempt; the current one without it.',
  '?execution': 'Which execution; the current one without it.',
  '?from': 'Bytes: how many to leave out at the beginning.',
  '?follow': 'Until the execution has ended.',
  '?tail': 'What came with the result, whoever is away.',
  '?session': 'The number of the session, as the welcome told it.',
  '?since': 'At or after this instant.',
  '?until': 'Before this instant.',
  '?cursor': 'The `next` of the page before.',
  'idempotency-key:': 'Names the request: a repeat by the same caller, with the same body, does nothing more and answers the same. Another body is refused (422).',
};
