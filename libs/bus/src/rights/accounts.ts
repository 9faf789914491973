import { type Permissions, permissionsOf } from './permissions.ts';
import { CLIENTS, type ClientName, type Door, PUBLIC_SUBJECTS } from './rights.ts';

/** Everybody who signs in: the clients, who sets up streams and may do everything, and pipelines of the user's own. */
export const USERS = ['admin', ...CLIENTS, 'publisher'] as const;
export type UserName = (typeof USERS)[number];

export interface AccountsOptions {
  /** As it is to stand there: in quotes, as a bcrypt hash in quotes, or `$NAME` of the server's environment. */
  passwordOf(user: UserName): string;
  doors?: readonly Door[];
  /** Whether whoever gives no name and no password is a publisher. */
  anonymous?: boolean;
}

/**
 * The `accounts` of a NATS server's configuration. Publishers are in an account of their own, which has nothing but a way to four subjects: a server answers wherever the asker wants it
 * to, as itself, and in the services' account that is enough to do harm (ADR 0041).
 */
export function accountsConf({ passwordOf, doors = [], anonymous = false }: AccountsOptions): string {
  const user = (name: UserName, permissions?: Permissions): string => {
    const rights = permissions === undefined ? '' : `, permissions: ${shown(permissions)}`;
    return `      { user: ${name}, password: ${passwordOf(name)}${rights} }`;
  };
  const exports = PUBLIC_SUBJECTS.map(
    (subject) => `      { service: ${JSON.stringify(subject)}, accounts: [PUBLISHERS] }`,
  );
  const imports = PUBLIC_SUBJECTS.map(
    (subject) => `      { service: { account: PRUNELLA, subject: ${JSON.stringify(subject)} } }`,
  );
  return [
    'accounts {',
    '  PRUNELLA {',
    '    jetstream: enabled',
    '    users: [',
    user('admin'),
    ...CLIENTS.map((client: ClientName) => user(client, permissionsOf(client, doors))),
    '    ]',
    '    exports: [',
    ...exports,
    '    ]',
    '  }',
    '  PUBLISHERS {',
    '    users: [',
    user('publisher', { publish: PUBLIC_SUBJECTS, subscribe: ['_INBOX.>'] }),
    '    ]',
    '    imports: [',
    ...imports,
    '    ]',
    '  }',
    '}',
    ...(anonymous ? ['no_auth_user: publisher'] : []),
    '',
  ].join('\n');
}

/** Single quotes keep `$` as it is: in double ones, and without any, the server takes `$JS` for a variable. */
function shown({ publish, subscribe }: Permissions): string {
  const list = (subjects: readonly string[]) =>
    `{ allow: [${subjects.map((subject) => `\n          '${subject}'`).join(',')} ] }`;
  return `{\n        publish: ${list(publish)},\n        subscribe: ${list(subscribe)}\n      }`;
}
