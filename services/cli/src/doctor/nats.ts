import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type AddressOptions, DEAD_LETTERS, EVENTS, inboxOf, lookAtStream, natsAddress } from '@prunella/bus';
import { bad, type Finding, messageOf, note, ok } from '@prunella/core';
import { type Diagnosis, examineAll } from '@prunella/doctor';

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
    return { findings: [reached, ...(await streamFindings(manager))], said };
  } catch (error) {
    const found = `${shown} has no JetStream: ${messageOf(error)}`;
    return { findings: [bad('NATS', found, 'start it with JetStream (nats-server -js)')], said: undefined };
  } finally {
    await close(connection);
  }
}

async function streamFindings(manager: Parameters<typeof lookAtStream>[0]): Promise<Finding[]> {
  const events = await lookAtStream(manager, EVENTS);
  const letters = (await lookAtStream(manager, DEAD_LETTERS))?.messages ?? 0;
  return [
    events === undefined
      ? bad('events', `the stream ${EVENTS.name} is missing`, 'start a service: the first one makes it')
      : ok('events', `${events.messages} in the stream ${EVENTS.name}`),
    letters === 0
      ? ok('dead letters', 'none')
      : note(
          'dead letters',
          `${letters} messages could not be handled`,
          `look at them (stream ${DEAD_LETTERS.name}, the reason is in the headers), mend the publisher and send them again`,
        ),
  ];
}

async function close(connection: NatsConnection): Promise<void> {
  // What is left to be said does not matter any more.
  await connection.close().catch(() => undefined);
}
