import { type Command, Option } from 'commander';
import { type IssuedToken, OPERATOR_ROLES, type OperatorView, type TokenView } from '#protocol/api';
import { apiPath } from '../client/api-client.js';
import { WrongUsage } from '../client/cli-failure.js';
import type { ConnectionOptions } from '../client/settings.js';
import type { CliContext } from '../cli-context.js';
import { intervene, type InterventionOptions, verbCommand, type Verb } from '../interventions/intervene.js';
import type { Output } from '../output/output.js';
import { localTime } from '../output/time-words.js';
import { sessionOf, showList, withConnection, withIdempotencyKey, withPaging, type ListOptions } from './client-command.js';

interface AddOptions extends ConnectionOptions {
  role: (typeof OPERATOR_ROLES)[number];
  expiresInDays?: number;
  reason?: string;
  ticket?: string;
  idempotencyKey?: string;
}

const REVOKE: Verb<InterventionOptions> = {
  name: 'revoke', summary: 'take all tokens of an operator back',
  help: 'They are refused from this moment on. The name stays: `operator add` with its role gives it another token. The last admin is spared.',
  done: () => 'has no token any more that opens anything',
};

/** `kiroku operator add|list|revoke` */
export function addOperatorCommands(program: Command, context: CliContext): void {
  const operator = program.command('operator').description('people who may use the server, and their tokens');

  withConnection(withIdempotencyKey(operator.command('add').summary('give somebody a token')
    .description('give somebody a token\n\nThe token alone goes to stdout, this once: only its hash is kept. A name that is there already gets a further token.')
    .argument('<name>', 'the name that the audit trail will show')
    .addOption(new Option('--role <role>', 'viewer looks, operator also starts runs and intervenes, admin also manages operators').choices([...OPERATOR_ROLES]).makeOptionMandatory())
    .option('--expires-in-days <n>', 'how long the token is good; for ever without it', dayCount)
    .option('--reason <text>', 'why; it goes on record')
    .option('--ticket <id>', 'a ticket that this belongs to')))
    .action((name: string, options: AddOptions) => add(name, options, context));

  withConnection(withPaging(operator.command('list').description('everybody who may use the server, with the tokens (never what they are)')))
    .action(async (options: ListOptions) => {
      const session = sessionOf(options, context);
      await showList<OperatorView>(session, '/api/v1/operators', {}, options, (operators) => showOperators(operators, session.out), 'nobody may use this server');
    });

  verbCommand(operator, REVOKE, []).argument('<name>')
    .action((name: string, options: InterventionOptions) => intervene(REVOKE, { path: apiPath`/operators/${name}`, words: `operator ${name}` }, options, context));
}

async function add(name: string, options: AddOptions, context: CliContext): Promise<void> {
  const { role, expiresInDays, reason, ticket, idempotencyKey } = options;
  const { api, out } = sessionOf(options, context);
  const answer = await api.send<IssuedToken>({
    method: 'POST', path: apiPath`/operators`, contentType: 'application/json', idempotencyKey, body: JSON.stringify({ name, role, expiresInDays, reason, ticket }),
  }, ['token']);
  out.answer(answer, ({ token }) => out.line(token));
  out.note(`this is shown once: hand it to ${name}, who sets KIROKU_TOKEN to it`);
}

function dayCount(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > 3650) throw new WrongUsage(`--expires-in-days takes a whole number from 1 to 3650, not "${text}"`);
  return days;
}

/** A row a token; the name stands in each, so that a line found by grep says whose it is. */
function showOperators(operators: readonly OperatorView[], out: Output): void {
  const now = out.nowMs;
  const rows = operators.flatMap(({ name, role, tokens }) => tokens.map((token) => [
    name, role, token.tokenId, localTime(token.issuedAt, now), tokenState(token, now), localTime(token.lastUse, now),
  ]));
  out.table(['OPERATOR', 'ROLE', 'TOKEN', 'ISSUED', 'STATE', 'LAST USE'], rows);
}

/** As far as the clock here tells; the server decides by its own. */
function tokenState({ revokedAt, expiresAt }: TokenView, nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${localTime(revokedAt, nowMs)}`;
  if (expiresAt === undefined) return 'good';
  return `${Date.parse(expiresAt) <= nowMs ? 'expired' : 'good until'} ${localTime(expiresAt, nowMs)}`;
}
