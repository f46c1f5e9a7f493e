import type { CommandAnswer } from '#protocol/api';
import type { DefinitionFault } from '#protocol/problem';
import { apiPath, type Command } from '../client/api-client.js';
import { CliFailure, Refused } from '../client/cli-failure.js';
import { EXIT, type ExitCode } from '../client/exit-codes.js';
import type { CliContext } from '../cli-context.js';
import { oneLine, visible } from '../output/plain-text.js';
import type { Session } from '../commands/client-command.js';
import { jobnetIdIn, readJobnetFile, type JobnetFile } from './jobnet-file.js';

type Deed = (file: JobnetFile) => Promise<void>;

/** Tries every file, whatever became of those before it. One that failed makes the whole fail. */
export async function forEachFile(names: readonly string[], context: CliContext, { out }: Session, deed: Deed): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  for (const name of names) {
    try {
      await deed(await readJobnetFile(name, context));
    } catch (error) {
      // Without a server, or with flags that nobody understands, the other files fare no better.
      if (!(error instanceof CliFailure) || error.exitCode !== EXIT.refused) throw error;
      if (out.json && error.document !== undefined) out.line(error.document);
      complain(name === '-' ? '<stdin>' : name, error, context);
      code = EXIT.refused;
    }
  }
  return code;
}

export async function applyFile({ label, text }: JobnetFile, { api, out }: Session, idempotencyKey: string | undefined): Promise<void> {
  const id = await jobnetIdIn(text);
  if (id === undefined) return refuseWithoutId({ label, text }, { api, out });
  const answer = await api.send<CommandAnswer>({ ...yaml('PUT', apiPath`/jobnets/${id}`, text), idempotencyKey }, ['position']);
  const done = answer.status === 201 ? 'defined' : 'revised, or already so';
  const version = answer.view.version === undefined ? '' : ` version ${answer.view.version}`;
  out.answer(answer, () => out.line(`${visible(label)}: jobnet ${id}${version} (${done})`));
}

/** The server validates the text as a whole and finds where the id should be. */
async function refuseWithoutId(file: JobnetFile, session: Session): Promise<never> {
  await validate(file, session);
  throw new CliFailure(`${file.label} does not say which jobnet it is: it needs a line "jobnet: ID"`, EXIT.refused);
}

export async function validateFile(file: JobnetFile, session: Session): Promise<void> {
  const answer = await validate(file, session);
  session.out.answer(answer, ({ definition }) => session.out.line(`${visible(file.label)}: jobnet ${definition.jobnet} is valid (${jobCount(definition.jobs.length)})`));
}

function validate({ text }: JobnetFile, { api }: Session) {
  return api.send<{ valid: true; definition: { jobnet: string; jobs: unknown[] } }>(yaml('POST', '/api/v1/jobnets/validate', text), ['valid', 'definition']);
}

/** JSON is YAML as well; as YAML its faults have a line and a column. */
function yaml(method: 'PUT' | 'POST', path: string, body: string): Command {
  return { method, path, body, contentType: 'application/yaml' };
}

/** Like a compiler: editors jump to these lines. */
function complain(label: string, error: CliFailure, context: CliContext): void {
  const faults = error instanceof Refused ? (error.problem.faults ?? []) : [];
  const whole = error.message.includes(label) ? error.message : `${label}: ${error.message}`;
  const lines = faults.length === 0 ? [`kiroku: ${whole}`] : faults.map((fault) => faultLine(label, fault));
  lines.forEach((line) => context.stderr.write(`${oneLine(line)}\n`));
}

function faultLine(label: string, { line, column, message }: DefinitionFault): string {
  return `${label}:${line}:${column}: ${message}`;
}

function jobCount(jobs: number): string {
  return jobs === 1 ? '1 job' : `${jobs} jobs`;
}
