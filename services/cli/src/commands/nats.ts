import { accountsConf, DOORS, type Door, provision, type UserName } from '@prunella/bus';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { endpointsOf } from '../endpoints.ts';

interface PermissionsOptions {
  open?: Door[];
  anonymous?: boolean;
}

/** `prunella nats permissions|provision`. */
export function natsCommand(context: Context): Command {
  const command = new Command('nats').description('a NATS server on which each service may do only what it must');
  command
    .command('permissions')
    .description(
      "the accounts, users and permissions for the server's configuration; passwords are variables of its environment",
    )
    .option(
      '--open <doors>',
      `what else the detector may say, with commas: ${Object.keys(DOORS).join(', ')}`,
      checkedDoors,
    )
    .option('--anonymous', 'whoever gives no name and no password may publish what publishers may')
    .action((options: PermissionsOptions) => permissions(context, options));
  command
    .command('provision')
    .description('make all streams and buckets, which the services may not do there; as the user admin of NATS_URL')
    .addOption(
      new Option('--replicas <count>', 'how many servers keep each; as NATS_REPLICAS of the services')
        .choices(['1', '3', '5'])
        .env('NATS_REPLICAS')
        .default('1'),
    )
    .option('--json', 'print the answer as JSON')
    .action((options: { replicas: string; json?: true }) => provisionAll(context, options));
  return command;
}

/** The variable of the server's environment that holds a password. */
function variableOf(user: UserName): string {
  return `PRUNELLA_NATS_${user.toUpperCase()}`;
}

function permissions(context: Context, { open: doors = [], anonymous = false }: PermissionsOptions): void {
  context.out(
    '# Made by `prunella nats permissions`; docs/guide/nats.md. To be included in the configuration of nats-server.',
  );
  context.out(accountsConf({ passwordOf: (user) => `$${variableOf(user)}`, doors, anonymous }).trimEnd());
}

async function provisionAll(context: Context, { replicas, json }: { replicas: string; json?: true }): Promise<void> {
  const { nats: servers } = await endpointsOf(context);
  const { NATS_CA_FILE: caFile, NATS_PASSWORD: password } = context.env;
  const done = await provision({ servers, caFile, password, replicas: Number(replicas) as 1 | 3 | 5 });
  if (json) return context.out(JSON.stringify(done));
  context.out(
    `${done.streams} streams and ${done.buckets} buckets are there, each on ${replicas} server${replicas === '1' ? '' : 's'}`,
  );
  for (const { name, why } of done.missing) context.err(`without ${name}: ${why}`);
}

function checkedDoors(text: string): Door[] {
  return text.split(',').map((door) => {
    if (Object.hasOwn(DOORS, door)) return door as Door;
    throw new InvalidArgumentError(`expected some of ${Object.keys(DOORS).join(', ')}, found ${door}`);
  });
}
