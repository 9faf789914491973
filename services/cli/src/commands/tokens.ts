import { Command, Option } from 'commander';
import { z } from 'zod';
import { deleteJson, getJson, postJson } from '../api.ts';
import type { Context } from '../context.ts';
import { duration } from '../options.ts';
import { bareTable } from '../table.ts';
import { userName } from '../user-name.ts';

const ROLES = ['reporter', 'viewer', 'operator', 'admin'];

const Token = z.looseObject({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable(),
  // absent: an older auditor
  lastUsedAt: z.string().nullish(),
});
const List = z.looseObject({ items: z.array(Token) });
const NewToken = Token.extend({ token: z.string() });

interface CreateOptions {
  role: string;
  expires?: string;
  reason: string;
  by?: string;
  json?: true;
}

interface RevokeOptions {
  reason: string;
  by?: string;
  json?: true;
}

/** `prunella tokens list|create|revoke`. */
export function tokensCommand(context: Context): Command {
  const command = new Command('tokens').description("tokens of the API, each with a name and a role; needs an admin's");
  const by = `who does it, where your own token has no name (default: ${userName(context)})`;
  command
    .command('list', { isDefault: true })
    .description('the tokens that were given out and not revoked')
    .option('--json', "the API's answer as it is")
    .action((options: { json?: true }) => list(context, options));
  command
    .command('create')
    .argument('<name>', 'whose it is: recorded with what is changed with it')
    .description('give one out; it is printed once, and kept nowhere')
    .addOption(
      new Option(
        '--role <role>',
        'reporter: a pipeline that tells and asks; viewer: looks; operator: changes; admin: lets others in',
      )
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--expires <duration>', 'for how long it is good, e.g. 90d (default: until it is revoked)', checkedDuration)
    .requiredOption('--reason <text>', 'what it is for; it is recorded')
    .option('--by <name>', by)
    .option('--json', 'for scripts')
    .action((name: string, options: CreateOptions) => create(context, name, options));
  command
    .command('revoke')
    .argument('<id>', 'id of a token; prunella tokens list shows them')
    .description('take one back: it opens nothing from now on')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--by <name>', by)
    .option('--json', 'for scripts')
    .action((id: string, options: RevokeOptions) => revoke(context, id, options));
  return command;
}

async function list(context: Context, { json }: { json?: true }): Promise<void> {
  const answer = await getJson(context, '/v1/tokens');
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items } = List.parse(answer);
  if (items.length === 0) return context.out('no token was given out; PRUNELLA_API_TOKEN is not listed');
  const table = bareTable(['id', 'name', 'role', 'given out', 'by', 'used last', 'good until']);
  for (const { id, name, role, createdAt, createdBy, expiresAt, lastUsedAt } of items) {
    const until = expiresAt === null ? 'it is revoked' : day(expiresAt);
    table.push([id, name, role, day(createdAt), createdBy, lastUsedAt ? day(lastUsedAt) : 'never', until]);
  }
  context.out(table.toString());
}

async function create(context: Context, name: string, { by, json, ...wish }: CreateOptions): Promise<void> {
  const answer = await postJson(context, '/v1/tokens', { name, ...wish, by: by ?? userName(context) });
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { token, id, role, expiresAt } = NewToken.parse(answer);
  context.out(token);
  const until = expiresAt === null ? 'until it is revoked' : `until ${day(expiresAt)}`;
  context.err(`${name} is ${role} ${until}; keep it now, it is not shown again (id ${id})`);
}

async function revoke(context: Context, id: string, { by, reason, json }: RevokeOptions): Promise<void> {
  const answer = await deleteJson(context, `/v1/tokens/${encodeURIComponent(id)}`, {
    by: by ?? userName(context),
    reason,
  });
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { name, role } = Token.parse(answer);
  context.out(`revoked: the token of ${name}, who was ${role}`);
}

function day(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** The API reads durations itself; a typing error is better told here. */
function checkedDuration(text: string): string {
  duration(text);
  return text;
}
