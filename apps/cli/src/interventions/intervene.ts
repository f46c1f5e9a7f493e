import type { Command, Option } from 'commander';
import type { CommandAnswer } from '#protocol/api';
import { optionalReason, requiredReason } from '../arguments/ask-reason.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { type Session, sessionOf, withConnection, withIdempotencyKey } from '../commands/client-command.js';

export interface InterventionOptions extends ConnectionOptions {
  reason?: string;
  ticket?: string;
  idempotencyKey?: string;
}

/** One thing that an operator can do to a job, a run, a jobnet or an agent; its name is also the last part of the route. */
export interface Verb<Options> {
  readonly name: string;
  /** Its line in the list of verbs. */
  readonly summary: string;
  /** What happens, and what stays pending while the agent is away. */
  readonly help: string;
  /** False where it takes nothing away from anybody; otherwise a reason is asked for. */
  readonly needsReason?: boolean;
  /** The flags that only this verb has. */
  readonly flags?: readonly Option[];
  /** What these flags put into the body; what is undefined stays out. */
  readonly body?: (options: Options) => object;
  /** How it stands now, behind "job A1 of run R1". */
  readonly done: (options: Options) => string;
}

/** Who is intervened in: the path without the verb, and the words for it. */
export interface Target {
  readonly path: string;
  readonly words: string;
  /** Who brought about what a verb found already so, as far as it is known. */
  readonly decidedBy?: (verb: string, session: Session) => Promise<string | undefined>;
}

/** The command of a verb with the flags that all have. They come behind its own, and those of the connection last. */
export function verbCommand(noun: Command, { name, summary, help, flags = [], needsReason = true }: Pick<Verb<never>, 'name' | 'summary' | 'help' | 'flags' | 'needsReason'>, more: readonly Option[]): Command {
  const command = noun.command(name).summary(summary).description(`${summary}\n\n${help}`);
  for (const flag of flags) command.addOption(flag);
  command.option('--reason <text>', `why; it goes on record${needsReason ? ' (asked for on a terminal)' : ''}`).option('--ticket <id>', 'a ticket that this belongs to');
  for (const flag of more) command.addOption(flag);
  return withConnection(withIdempotencyKey(command));
}

/** Sends it with its reason, and says how the target stands now. */
export async function intervene<Options extends InterventionOptions>(verb: Verb<Options>, target: Target, options: Options, context: CliContext, more: object = {}): Promise<void> {
  await sayVerb(verb, target, options, context, more);
}

/** As `intervene`, and hands on where its effect stands in the log. */
export async function sayVerb<Options extends InterventionOptions>(
  { name, body, done, needsReason = true }: Verb<Options>, { path, words, decidedBy }: Target, options: Options, context: CliContext, more: object,
): Promise<CommandAnswer> {
  const session = sessionOf(options, context);
  const { api, out } = session;
  const reason = needsReason ? await requiredReason(options.reason, context) : optionalReason(options.reason);
  const answer = await api.send<CommandAnswer>({
    method: 'POST', path: `${path}/${name}`, contentType: 'application/json', idempotencyKey: options.idempotencyKey,
    body: JSON.stringify({ reason, ticket: options.ticket, ...more, ...body?.(options) }),
  }, ['position']);
  const { position, alreadySo } = answer.view;
  const said = `${words} ${done(options)}`;
  if (alreadySo !== true || out.json) out.answer(answer, () => out.line(`${said} (position ${position})`));
  else {
    // Who it was is more than was asked: the command is done, whatever becomes of the question.
    const by = await decidedBy?.(name, session).catch(() => undefined);
    out.line(`nothing was recorded, it was so already: ${said}${by === undefined ? '' : ` (${by})`}`);
  }
  return answer.view;
}
