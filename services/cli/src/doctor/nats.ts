import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { DEAD_LETTERS, EVENTS } from '@prunella/bus';
import { messageOf } from '@prunella/core';
import { bad, type Finding, note, ok } from './finding.ts';

const START = 'start Prunella (npm start), or set NATS_URL to a server that runs with JetStream (nats-server -js)';

/** Looks, and changes nothing: streams that are missing are not made. */
export async function checkNats(servers: string): Promise<Finding[]> {
  const shown = servers.replaceAll(/\/\/[^@/,]*@/g, '//');
  const connection = await connect({
    servers: servers.split(',').map((server) => server.trim()),
    name: 'prunella-doctor',
    timeout: 3_000,
    maxReconnectAttempts: 0,
  }).catch((error: unknown) => messageOf(error));
  if (typeof connection === 'string') return [bad('NATS', `${shown} does not answer: ${connection}`, START)];
  try {
    const manager = await jetstreamManager(connection);
    const reached = ok('NATS', `${shown}, version ${connection.info?.version ?? 'unknown'}, with JetStream`);
    return [reached, await checkEvents(manager), await checkDeadLetters(manager)];
  } catch (error) {
    return [bad('NATS', `${shown} has no JetStream: ${messageOf(error)}`, 'start it with JetStream (nats-server -js)')];
  } finally {
    await connection.close();
  }
}

async function checkEvents(manager: JetStreamManager): Promise<Finding> {
  const events = await messagesIn(manager, EVENTS.name);
  return events === undefined
    ? bad('events', `the stream ${EVENTS.name} is missing`, 'start a service: the first one makes it')
    : ok('events', `${events} in the stream ${EVENTS.name}`);
}

async function checkDeadLetters(manager: JetStreamManager): Promise<Finding> {
  const letters = await messagesIn(manager, DEAD_LETTERS.name);
  if (!letters) return ok('dead letters', 'none');
  return note(
    'dead letters',
    `${letters} messages could not be handled`,
    `look at them (stream ${DEAD_LETTERS.name}, the reason is in the headers), mend the publisher and send them again`,
  );
}

/** Undefined: there is no such stream. */
async function messagesIn(manager: JetStreamManager, stream: string): Promise<number | undefined> {
  return await manager.streams.info(stream).then(
    ({ state }) => state.messages,
    () => undefined,
  );
}
