import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import {
  type AddressOptions,
  DEAD_LETTERS,
  EVENTS,
  inboxOf,
  lookAtStream,
  natsAddress,
  type Refusal,
  refusalOf,
} from '@prunella/bus';
import { bad, type Finding, messageOf, note, ok } from '@prunella/core';
import { type Diagnosis, examineAll } from '@prunella/doctor';

const USERS = 'docs/guide/nats.md';
const START = 'start Prunella (npm start), or set NATS_URL to a server that runs with JetStream (nats-server -js)';

/** What NATS is like from here, and what the services say over it. */
export interface NatsLook {
  findings: Finding[];
  /** undefined: nobody could be asked. */
  said: Diagnosis | undefined;
}

/** Looks, and changes nothing: streams that are missing are not made. */
export async function lookAtNats(servers: string, options: AddressOptions): Promise<NatsLook> {
  const { shown, ...address } = natsAddress(servers, options);
  const connection = await connect({
    ...address,
    name: 'prunella-doctor',
    inboxPrefix: inboxOf('cli'),
    timeout: 3_000,
    maxReconnectAttempts: 0,
  }).catch((error: unknown) => messageOf(error));
  if (typeof connection === 'string') {
    return { findings: [bad('NATS', `${shown} does not answer: ${connection}`, START)], said: undefined };
  }
  try {
    const manager = await jetstreamManager(connection);
    const reached = ok('NATS', `${shown}, version ${connection.info?.version ?? 'unknown'}, with JetStream`);
    const said = await examineAll(connection, 0);
    // The services tell of the streams themselves.
    if (said.services.some(({ replicas }) => replicas.length > 0)) return { findings: [reached], said };
    const hasUsers = connection.info?.auth_required === true;
    return { findings: [reached, ...(await streamFindings(manager, hasUsers))], said };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return { findings: [refusedFinding(shown, refusal)], said: undefined };
    const found = `${shown} has no JetStream: ${messageOf(error)}`;
    return { findings: [bad('NATS', found, 'start it with JetStream (nats-server -js)')], said: undefined };
  } finally {
    await close(connection);
  }
}

function refusedFinding(shown: string, { operation, subject }: Refusal): Finding {
  const found = `${shown} does not let this user ${operation === 'publish' ? 'ask' : 'listen'} on ${subject}`;
  return bad('NATS', found, 'sign in as the user cli, with the permissions of this version', USERS);
}

async function streamFindings(manager: Parameters<typeof lookAtStream>[0], hasUsers: boolean): Promise<Finding[]> {
  const events = await lookAtStream(manager, EVENTS);
  const letters = (await lookAtStream(manager, DEAD_LETTERS))?.messages ?? 0;
  return [
    events === undefined ? missingFinding(hasUsers) : ok('events', `${events.messages} in the stream ${EVENTS.name}`),
    letters === 0
      ? ok('dead letters', 'none')
      : note(
          'dead letters',
          `${letters} messages could not be handled`,
          `look at them (stream ${DEAD_LETTERS.name}, the reason is in the headers), mend the publisher and send them again`,
        ),
  ];
}

function missingFinding(hasUsers: boolean): Finding {
  const found = `the stream ${EVENTS.name} is missing`;
  return hasUsers
    ? bad('events', found, 'run `prunella nats provision` as the admin: the services may not make it there', USERS)
    : bad('events', found, 'start a service: the first one makes it');
}

async function close(connection: NatsConnection): Promise<void> {
  // What is left to be said does not matter any more.
  await connection.close().catch(() => undefined);
}
