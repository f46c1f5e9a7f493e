import type { CommandAnswer } from '#protocol/api';
import type { CalendarView } from '#protocol/calendars';
import { apiPath, type Command } from '../client/api-client.js';
import { CliFailure } from '../client/cli-failure.js';
import { EXIT } from '../client/exit-codes.js';
import type { Session } from '../commands/client-command.js';
import type { JobnetFile } from '../jobnets/jobnet-file.js';
import { visible } from '../output/plain-text.js';
import { type CalendarDocument, calendarsIn } from './calendar-documents.js';

export async function applyCalendars(file: JobnetFile, session: Session, idempotencyKey: string | undefined): Promise<void> {
  for (const document of await foundIn(file)) await applyOne(document, session, idempotencyKey);
}

export async function validateCalendars(file: JobnetFile, session: Session): Promise<void> {
  for (const document of await foundIn(file)) {
    const answer = await validate(document, session);
    session.out.answer(answer, ({ definition }) => session.out.line(`${visible(document.label)}: calendar ${definition.calendar} is valid`));
  }
}

/** Defines one by its name, and says what became of it. */
export async function defineCalendar(label: string, calendar: string, text: string, { api, out }: Session, idempotencyKey: string | undefined): Promise<void> {
  const answer = await api.send<CommandAnswer>({ ...yaml('PUT', apiPath`/calendars/${calendar}`, text), idempotencyKey }, ['position']);
  const done = answer.status === 201 ? 'defined' : 'revised, or already so';
  const version = answer.view.version === undefined ? '' : ` version ${answer.view.version}`;
  out.answer(answer, () => out.line(`${visible(label)}: calendar ${calendar}${version} (${done})`));
}

async function foundIn(file: JobnetFile): Promise<CalendarDocument[]> {
  const documents = await calendarsIn(file);
  if (documents.length === 0) throw new CliFailure(`${file.label} holds no calendar: none of its documents has a line "calendar: ID"`, EXIT.refused);
  return documents;
}

async function applyOne(document: CalendarDocument, session: Session, idempotencyKey: string | undefined): Promise<void> {
  const { label, text, calendar } = document;
  if (calendar !== undefined) return defineCalendar(label, calendar, text, session, idempotencyKey);
  // The server finds where the id should be.
  await validate(document, session);
  throw new CliFailure(`${label} does not say which calendar it is: it needs a line "calendar: ID"`, EXIT.refused);
}

function validate({ text }: CalendarDocument, { api }: Session) {
  return api.send<{ valid: true; definition: CalendarView['definition'] }>(yaml('POST', '/api/v1/calendars/validate', text), ['valid', 'definition']);
}

/** JSON is YAML as well; as YAML its faults have a line and a column. */
function yaml(method: 'PUT' | 'POST', path: string, body: string): Command {
  return { method, path, body, contentType: 'application/yaml' };
}
