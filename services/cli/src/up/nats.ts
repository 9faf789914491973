import { randomBytes } from 'node:crypto';
import { accountsConf, type Door, USERS, type UserName } from '@prunella/bus';
import { z } from 'zod';

/** Who may do what on the embedded NATS, for one run of `up`: passwords are made anew each time, and kept in memory and in files that only their owner reads. */
export interface NatsUsers {
  /** More lines of the server's configuration. */
  conf: string;
  /** The account that has the streams. */
  account: string;
  /** The server's address as a user's `NATS_URL`. @param url without one. */
  urlOf(url: string, user: UserName): string;
}

/** As the detector reads it, which does not start with anything else. */
const Flag = z.stringbool();

/** @param env with a secret of Slack, or where webhooks need none, Slack's buttons come in at the detector. */
export function natsUsers(env: NodeJS.ProcessEnv): NatsUsers {
  const passwords = new Map(USERS.map((user) => [user, randomBytes(24).toString('hex')]));
  const takesAnybody = Flag.safeParse(env['PRUNELLA_INSECURE_WEBHOOKS']).data === true;
  const hasSlack = takesAnybody || Boolean(env['SLACK_SIGNING_SECRET']);
  const doors: Door[] = ['requests', ...(hasSlack ? (['slack'] as const) : [])];
  return {
    conf: accountsConf({ passwordOf: (user) => JSON.stringify(passwords.get(user)), doors, anonymous: true }),
    account: 'PRUNELLA',
    urlOf: (url, user) => url.replace('://', `://${user}:${passwords.get(user)}@`),
  };
}
