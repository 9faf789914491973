import { randomBytes } from 'node:crypto';
import { accountsConf, type Door, USERS, type UserName } from '@prunella/bus';

/** Who may do what on the embedded NATS, for one run of `up`: passwords are made anew each time, and kept in memory and in files that only their owner reads. */
export interface NatsUsers {
  /** More lines of the server's configuration. */
  conf: string;
  /** The account that has the streams. */
  account: string;
  /** The server's address as a user's `NATS_URL`. @param url without one. */
  urlOf(url: string, user: UserName): string;
}

/** @param env with a secret of Slack, its buttons come in at the detector. */
export function natsUsers(env: NodeJS.ProcessEnv): NatsUsers {
  const passwords = new Map(USERS.map((user) => [user, randomBytes(24).toString('hex')]));
  const hasSlack = Boolean(env['SLACK_SIGNING_SECRET'] || env['PRUNELLA_INSECURE_WEBHOOKS']);
  const doors: Door[] = ['requests', ...(hasSlack ? (['slack'] as const) : [])];
  return {
    conf: accountsConf({ passwordOf: (user) => JSON.stringify(passwords.get(user)), doors, anonymous: true }),
    account: 'PRUNELLA',
    urlOf: (url, user) => url.replace('://', `://${user}:${passwords.get(user)}@`),
  };
}
