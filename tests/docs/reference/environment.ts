import { CommonEnvironment, type ServiceDefinition } from '@prunella/service-kit';
import { z } from 'zod';
import { auditor } from '../../../services/auditor/src/service.ts';
import { detector } from '../../../services/detector/src/service.ts';
import { diagnoser } from '../../../services/diagnoser/src/service.ts';
import { playground } from '../../../services/playground/src/service.ts';
import { service as remediator } from '../../../services/remediator/src/service.ts';
import { code, generatedFrom, table } from './markdown.ts';

const SERVICES: readonly ServiceDefinition<z.ZodObject>[] = [auditor, detector, diagnoser, remediator, playground];

const HEAD = `What each service reads from its environment. A value that does not fit stops the start with the name of the variable and what was expected; a variable that is set to nothing is not set.
Which of them are secrets, and who needs which, is in [the security model](../guide/security-model.md). \`npx prunella doctor\` says what is missing, and the console shows under **Settings** which are set.
A variable whose name ends in \`TOKEN\`, \`SECRET\`, \`PASSWORD\`, \`KEY\`, \`_HEADERS\` or \`_URL\`, or begins with \`DEPENDENCY_\`, may be given as a file as well: \`GITHUB_TOKEN_FILE=/run/secrets/github\`; the variable itself wins.
`;

/** What \`npm start\` and the command line read beside that; they have no schema. */
const COMMAND_LINE = [
  ['PRUNELLA_HOME', 'Where `up` keeps its state: NATS, PostgreSQL, `endpoints.json`.', '`./.prunella`'],
  ['PORT_NATS', 'Port of the embedded NATS.', '`4222`'],
  ['PORT_POSTGRES', 'Port of the embedded PostgreSQL.', '`5433`'],
  ['PRUNELLA_URL', 'Where the command line finds the auditor.', 'what `up` wrote down, else `http://127.0.0.1:7100`'],
  [
    'PRUNELLA_DETECTOR_URL',
    'Where `preflight` and `send junit` find the detector.',
    'the same, `http://127.0.0.1:7101`',
  ],
  ['PRUNELLA_API_TOKEN', 'The token that the command line shows.', 'none'],
  [
    'NATS_URL',
    'Where `send` finds NATS. With `up`: a server of your own in place of the embedded one.',
    'the same, `nats://127.0.0.1:4222`',
  ],
  ['NATS_PASSWORD', 'As above, for `send`, `doctor` and `nats provision`.', 'none'],
  ['NATS_CA_FILE', 'As above, for `send`, `doctor` and `nats provision`.', 'those that Node trusts'],
  ['DATABASE_URL', 'With `up`: a PostgreSQL of your own in place of the embedded one.', 'embedded'],
  ['PRUNELLA_CONFIG', 'The policy of `policy` and `backtest`.', '`./prunella.yaml`'],
  ['PRUNELLA_RULES_DIR', 'Your own rules, for `diagnose` and `rules`.', '`./prunella-rules`'],
  ['PRUNELLA_MODEL', 'The model, for `diagnose`.', '`./prunella.model`, else the built-in one'],
] as const;

/** docs/reference/environment.md. */
export function environmentReference(): string {
  return [
    generatedFrom('Environment variables', 'the schemas of the services', HEAD),
    `## Every service\n\n${table(['variable', 'what', 'default'], variablesOf(CommonEnvironment))}\n`,
    ...SERVICES.map(sectionOf),
    `## \`prunella up\` and the command line\n\n${table(
      ['variable', 'what', 'default'],
      COMMAND_LINE.map(([name, ...rest]) => [code(name), ...rest]),
    )}\n`,
    'Secrets that `dependencies` of the policy name (`passwordFrom`, `tokenFrom`) are variables of the detector whose names begin with `DEPENDENCY_`.\n',
  ].join('\n');
}

function sectionOf({ name, defaultPort, environment, alsoReads = [] }: ServiceDefinition<z.ZodObject>): string {
  const common = Object.keys(CommonEnvironment.shape);
  const port = [code(`PORT_${name.toUpperCase()}`), 'Port to listen on.', code(String(defaultPort))];
  const own = variablesOf(environment).filter(([variable = '']) => !common.includes(variable.replaceAll('`', '')));
  const also = alsoReads.map(({ name: variable, about }) => [code(variable), about, '']);
  return `## ${name.charAt(0).toUpperCase()}${name.slice(1)}\n\n${table(['variable', 'what', 'default'], [port, ...own, ...also])}\n`;
}

function variablesOf(environment: z.ZodObject): string[][] {
  const { properties = {} } = z.toJSONSchema(environment, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description = '', default: usual } = schema as { description?: string; default?: unknown };
    return [code(name), description, usual === undefined ? '' : code(String(usual))];
  });
}
