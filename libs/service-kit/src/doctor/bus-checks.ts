import { type Bus, type ConsumerLook, DEAD_LETTERS, type StreamLook } from '@prunella/bus';
import { bad, type Finding, note, ok } from '@prunella/core';
import type { Check } from './check.ts';

/** Servers before this one lack what the streams use. */
const OLDEST_NATS = [2, 9] as const;
/** Waiting events above this are more than a busy minute. */
const MUCH_WAITING = 10_000;
/** A stream this full soon drops its oldest. */
const NEARLY_FULL = 0.9;

/** What every service looks at: the NATS server it is connected to, the streams, and how far its own consumers are. */
export function busChecks(bus: Bus, service: string): Check[] {
  return [
    {
      name: 'NATS',
      async examine() {
        return [natsFinding(bus.serverVersion), ...streamFindings(await bus.streams(), bus.replicas)];
      },
    },
    {
      name: 'consumers',
      async examine() {
        return consumerFindings(await bus.consumersOf(service));
      },
    },
  ];
}

/** @param version as the server says it; undefined: it did not. */
export function natsFinding(version: string | undefined): Finding {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NATS;
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  return version !== undefined && isOld
    ? bad('NATS', `version ${version}`, `update it: ${OLDEST_NATS.join('.')} or newer is needed`)
    : ok('NATS', `version ${version ?? 'unknown'}, with JetStream`);
}

/** @param wanted how many servers are to keep each. */
export function streamFindings(streams: readonly StreamLook[], wanted = 1): Finding[] {
  return streams.flatMap((stream) => [
    ...(stream.name === DEAD_LETTERS.name ? [deadLetterFinding(stream)] : []),
    sizeFinding(stream),
    ...copyFindings(stream, wanted),
  ]);
}

function deadLetterFinding({ messages, name }: StreamLook): Finding {
  if (messages === 0) return ok('dead letters', 'none');
  return note(
    'dead letters',
    `${messages} ${messages === 1 ? 'message' : 'messages'} could not be handled`,
    `look at them (stream ${name}, the reason is in the headers), mend the publisher and send them again`,
    'docs/guide/doctor.md',
  );
}

function sizeFinding({ name, messages, bytes, maxBytes }: StreamLook): Finding {
  const share = maxBytes > 0 ? bytes / maxBytes : 0;
  const found = `${messages} messages, ${megabytes(bytes)} of ${megabytes(maxBytes)}`;
  return share < NEARLY_FULL
    ? ok(`stream ${name}`, found)
    : note(`stream ${name}`, found, 'it drops its oldest messages when it is full: find out who sends so many');
}

function copyFindings({ name, replicas, lagging, away }: StreamLook, wanted: number): Finding[] {
  const title = `copies of ${name}`;
  if (replicas !== wanted) {
    const found = `${replicas} ${replicas === 1 ? 'server keeps' : 'servers keep'} it, and NATS_REPLICAS says ${wanted}`;
    return [note(title, found, 'start all services with the same NATS_REPLICAS', 'docs/guide/scaling.md')];
  }
  if (replicas <= 1) return [];
  return lagging === 0
    ? [ok(title, `${replicas} servers keep it, all up to date`)]
    : [
        bad(
          title,
          `${lagging} of ${replicas} servers are behind or away (${away.join(', ')})`,
          replicas - lagging > replicas / 2 + 1 ? 'bring them back' : 'bring them back: one more lost stops it',
          'docs/guide/scaling.md',
        ),
      ];
}

export function consumerFindings(consumers: readonly ConsumerLook[]): Finding[] {
  return consumers.map(({ name, pending, inWork }) => {
    const found = `${pending} events wait, ${inWork} are in work`;
    return pending < MUCH_WAITING
      ? ok(`consumer ${name}`, found)
      : note(`consumer ${name}`, found, 'run more replicas of the service, or find out what holds it up (its log)');
  });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
