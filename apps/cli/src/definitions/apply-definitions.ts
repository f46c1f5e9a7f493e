import type { CommandAnswer, List } from '#protocol/api';
import type { DueView } from '#protocol/schedules';
import { apiPath, type Command } from '../client/api-client.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT, type ExitCode } from '../client/exit-codes.js';
import type { CliContext } from '../cli-context.js';
import type { Session } from '../commands/client-command.js';
import { visible } from '../output/plain-text.js';
import { Attempts } from './attempts.js';
import { readDefinitionFile } from './definition-file.js';
import { type DefinedKind, DEFINED_KINDS, type DefinitionDocument, documentsIn } from './definition-documents.js';

interface Valid {
  readonly valid: true;
  readonly definition: Readonly<Record<string, unknown>> & { readonly jobs?: readonly unknown[] };
}

/**
 * Defines everything that the files hold, whichever noun the command was about, and what others need first.
 * @param noun what a document is taken for that says nothing itself
 */
export async function applyDefinitions(names: readonly string[], noun: DefinedKind, context: CliContext, session: Session, idempotencyKey: string | undefined): Promise<ExitCode> {
  const attempts = new Attempts(context, session.out);
  const documents = await documentsOf(names, noun, context, attempts);
  for (const kind of DEFINED_KINDS) {
    for (const document of documents.filter((each) => each.kind === kind)) await attempts.make(document.label, () => applyOne(document, session, idempotencyKey));
  }
  return attempts.code;
}

/** Has the server check them, and changes nothing. */
export async function validateDefinitions(names: readonly string[], noun: DefinedKind, context: CliContext, session: Session): Promise<ExitCode> {
  const attempts = new Attempts(context, session.out);
  for (const document of await documentsOf(names, noun, context, attempts)) {
    await attempts.make(document.label, async () => {
      const answer = await validate(document, session);
      session.out.answer(answer, (view) => session.out.line(`${visible(document.label)}: ${validWords(document.kind, view)}`));
    });
  }
  return attempts.code;
}

/** Defines one by its name, and says what became of it. */
export async function defineNamed(label: string, kind: DefinedKind, id: string, text: string, { api, out }: Session, idempotencyKey: string | undefined): Promise<void> {
  const answer = await api.send<CommandAnswer>({ ...yaml('PUT', apiPath`/${`${kind}s`}/${id}`, text), idempotencyKey }, ['position']);
  const done = answer.status === 201 ? 'defined' : 'revised, or already so';
  const version = answer.view.version === undefined ? '' : ` version ${answer.view.version}`;
  out.answer(answer, () => out.line(`${visible(label)}: ${kind} ${id}${version} (${done})`));
}

/** Of every file that can be read. */
async function documentsOf(names: readonly string[], noun: DefinedKind, context: CliContext, attempts: Attempts): Promise<DefinitionDocument[]> {
  const found: DefinitionDocument[] = [];
  for (const name of names) found.push(...await attempts.make(name, async () => documentsIn(await readDefinitionFile(name, context), noun)) ?? []);
  return found;
}

async function applyOne(document: DefinitionDocument, session: Session, idempotencyKey: string | undefined): Promise<void> {
  const { label, text, kind, id } = document;
  if (id !== undefined) {
    await defineNamed(label, kind, id, text, session, idempotencyKey);
    return kind === 'schedule' ? warnOfNever(id, session) : undefined;
  }
  // The server finds where the id should be.
  await validate(document, session);
  throw new CliFailure(`${label} does not say which ${kind} it is: it needs a line "${kind}: ID"`, EXIT.refused);
}

/** Its dates may all have passed, or its calendar leave none: better noticed today than the first night. */
async function warnOfNever(schedule: string, { api, out }: Session): Promise<void> {
  // It is defined, whatever becomes of the question.
  const due = await api.get<List<DueView>>(apiPath`/schedules/${schedule}/next`, ['items'], { count: 1 }).catch(() => undefined);
  if (due?.view.items.length === 0) out.note(`schedule ${schedule} is not due any more: by its rule nothing starts from now on`);
}

function validate({ text, kind }: DefinitionDocument, { api }: Session) {
  return api.send<Valid>(yaml('POST', `/api/v1/${kind}s/validate`, text), ['valid', 'definition']);
}

function validWords(kind: DefinedKind, { definition }: Valid): string {
  const jobs = definition.jobs === undefined ? '' : ` (${definition.jobs.length === 1 ? '1 job' : `${definition.jobs.length} jobs`})`;
  return `${kind} ${String(definition[kind])} is valid${jobs}`;
}

/** JSON is YAML as well; as YAML its faults have a line and a column. */
function yaml(method: 'PUT' | 'POST', path: string, body: string): Command {
  return { method, path, body, contentType: 'application/yaml' };
}
