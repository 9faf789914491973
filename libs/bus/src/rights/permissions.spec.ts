import { SUBJECTS } from '@prunella/contracts';
import { BUCKETS, CONSUMERS, type ConsumerName } from '../topology.ts';
import { accountsConf, USERS } from './accounts.ts';
import { allPermissions, permissionsOf } from './permissions.ts';
import { CLIENTS, type ClientName, DOORS, type Door, RIGHTS, type Rights } from './rights.ts';

const SERVICES = CLIENTS.filter((client) => client !== 'cli');

/** As the server matches: `*` one token, `>` one or more at the end. */
function matches(pattern: string, subject: string): boolean {
  const [own, given] = [pattern.split('.'), subject.split('.')];
  for (const [at, token] of own.entries()) {
    if (token === '>') return given.length > at;
    if (token !== '*' && token !== given[at]) return false;
  }
  return own.length === given.length;
}
const mayPublish = (client: ClientName, subject: string, doors: readonly Door[] = []) =>
  permissionsOf(client, doors).publish.some((pattern) => matches(pattern, subject));

describe('what nobody but the admin may do', () => {
  const streams = ['PRUNELLA', 'PRUNELLA_DLQ', 'PRUNELLA_GREEN', 'KV_prunella_claims', 'KV_prunella_deliveries'];
  const forbidden = streams.flatMap((stream) => [
    ...['CREATE', 'UPDATE', 'DELETE', 'PURGE', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'].map(
      (verb) => `STREAM.${verb}.${stream}`,
    ),
    `DIRECT.GET.${stream}`,
    `DIRECT.GET.${stream}.x`,
    `CONSUMER.CREATE.${stream}`,
  ]);

  it.each(CLIENTS)('%s changes, purges and deletes no stream, and reads nothing directly', (client) => {
    const open = Object.keys(DOORS) as Door[];
    expect(forbidden.filter((request) => mayPublish(client, `$JS.API.${request}`, open))).toEqual([]);
  });
});

it.each(CLIENTS)('%s listens in its own inbox, and in nobody else', (client) => {
  const { subscribe } = permissionsOf(client);
  for (const other of CLIENTS) {
    expect(subscribe.some((pattern) => matches(pattern, `_INBOX_${other}.x.y`))).toBe(other === client);
  }
  expect(subscribe.some((pattern) => matches(pattern, '_INBOX.x'))).toBe(false);
  expect(SUBJECTS.filter((subject) => subscribe.some((pattern) => matches(pattern, subject)))).toEqual([]);
});

it('each consumer is some service’s, which makes it with its filter and no other', () => {
  for (const consumer of Object.keys(CONSUMERS) as ConsumerName[]) {
    const subject = 'subject' in CONSUMERS[consumer] ? `.${CONSUMERS[consumer].subject}` : '';
    const create = `$JS.API.CONSUMER.CREATE.PRUNELLA.${consumer}`;
    const owners = CLIENTS.filter((client) => mayPublish(client, `${create}${subject}`));
    expect(owners).toEqual([consumer.split('-')[0]]);
    if (subject !== '') expect(CLIENTS.filter((client) => mayPublish(client, create))).toEqual([]);
    expect(CLIENTS.filter((client) => mayPublish(client, `${create}.other.subject`))).toEqual([]);
    expect(CLIENTS.filter((client) => mayPublish(client, `$JS.ACK.PRUNELLA.${consumer}.1.2.3.4.5`))).toEqual(owners);
  }
});

it('each bucket is somebody’s, and only whom it is given to writes or reads it', () => {
  for (const bucket of Object.keys(BUCKETS) as (keyof typeof BUCKETS)[]) {
    const rights = (client: ClientName): Rights => RIGHTS[client];
    const writers = CLIENTS.filter((client) => rights(client).writes.includes(bucket));
    const readers = CLIENTS.filter((client) => writers.includes(client) || rights(client).reads.includes(bucket));
    expect(writers).not.toEqual([]);
    expect(CLIENTS.filter((client) => mayPublish(client, `$KV.${bucket}.some.key`))).toEqual(writers);
    expect(CLIENTS.filter((client) => mayPublish(client, `$JS.API.STREAM.MSG.GET.KV_${bucket}`))).toEqual(readers);
    const removers = CLIENTS.filter((client) => mayPublish(client, `$JS.API.STREAM.MSG.DELETE.KV_${bucket}`));
    expect([bucket, removers]).toEqual([bucket, BUCKETS[bucket].ttlMs === 0 ? writers : []]);
  }
  expect(CLIENTS.filter((client) => mayPublish(client, '$KV.prunella_claims.x'))).toEqual(['remediator']);
  expect(CLIENTS.filter((client) => mayPublish(client, '$KV.prunella_budgets.x'))).toEqual(['remediator']);
  expect(CLIENTS.filter((client) => mayPublish(client, '$KV.prunella_api_tokens.x'))).toEqual(['auditor']);
});

it('each event is somebody’s; what makes the remediator act comes from one only, unless a door is open', () => {
  for (const subject of SUBJECTS) {
    expect(SERVICES.filter((client) => mayPublish(client, subject))).not.toEqual([]);
  }
  const who = (subject: string, doors: readonly Door[] = []) =>
    SERVICES.filter((client) => mayPublish(client, subject, doors));
  expect(who('action.approved')).toEqual(['auditor']);
  expect(who('diagnosis.made')).toEqual(['diagnoser']);
  expect(who('action.approved', ['slack'])).toEqual(['detector', 'auditor']);
  expect(who('diagnosis.made', ['slack'])).toEqual(['diagnoser']);
  expect(who('diagnosis.made', ['requests'])).toEqual(['detector', 'diagnoser']);
});

it('nobody is given the same twice', () => {
  for (const { publish, subscribe } of Object.values(allPermissions())) {
    expect(new Set(publish).size).toBe(publish.length);
    expect(new Set(subscribe).size).toBe(subscribe.length);
  }
});

it('the configuration has each user once, with the password that was given', () => {
  const text = accountsConf({ passwordOf: (user) => `$SECRET_${user}` });
  expect(
    [...text.matchAll(/user: (\w+), password: (\S+?)[, ]/g)].map(([, user, password]) => [user, password]),
  ).toEqual(USERS.map((user) => [user, `$SECRET_${user}`]));
  expect(text).not.toContain('no_auth_user');
  expect(accountsConf({ passwordOf: () => '""', anonymous: true })).toContain('no_auth_user: publisher');
});
