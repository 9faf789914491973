import type { Delivery } from '../ledger/ledger.ts';
import type { Check } from './check.ts';
import { nameOf, runOf } from './effects.ts';

const UNREAD = 'NATS could not be read in the end';

export const taken: Check = {
  id: 'taken',
  says: 'What is sent again and again is taken in the end: webhooks, reports, and what is no event.',
  when: 'eventually',
  broken({ deliveries, reports, garbage }) {
    return [
      ...deliveries.filter(isOpen).map((delivery) => `delivery ${delivery.id} (${nameOf(delivery)})`),
      ...reports.filter(isOpen).map(({ key, via }) => `report ${key} (${via})`),
      ...garbage.filter(isOpen).map(({ marker }) => marker),
    ].map((what) => `${what} was never taken`);
  },
};

function isOpen({ acceptedAt }: { acceptedAt?: number }): boolean {
  return acceptedAt === undefined;
}

export const webhooksKept: Check = {
  id: 'webhooks-kept',
  says: 'What was answered with 202 is on the bus, and each failed run has its incident.',
  when: 'eventually',
  broken({ deliveries, end }) {
    if (end.events === undefined) return [UNREAD];
    const told = new Set(end.events.map((event) => `${event.subject} of ${event.kind} ${nameOf(event)}`));
    const known = new Set(end.incidents?.map(runOf));
    const accepted = deliveries.filter(({ acceptedAt, says }) => acceptedAt !== undefined && says !== 'requested');
    return accepted.flatMap((delivery) => {
      const { id, kind, says } = delivery;
      const missing = subjectsOf(delivery).filter((subject) => !told.has(`${subject} of ${kind} ${nameOf(delivery)}`));
      const what = missing.map((subject) => `delivery ${id} was taken, and there is no ${subject} of it`);
      if (kind !== 'run' || says !== 'failure' || known.has(runOf(delivery))) return what;
      return [...what, `delivery ${id} was taken, and run ${runOf(delivery)} has no incident`];
    });
  },
};

/** That a job failed is for its run to tell. */
function subjectsOf({ kind, says }: Delivery): string[] {
  return kind === 'run' && says === 'failure' ? ['pipeline.finished', 'pipeline.failed'] : ['pipeline.finished'];
}

export const reportsKept: Check = {
  id: 'reports-kept',
  says: 'What a publisher told, by HTTP or on the bus, is a failure with one incident.',
  when: 'eventually',
  broken({ reports, end }) {
    if (end.incidents === undefined) return ['the API did not answer in the end'];
    const counts = new Map<string, number>();
    for (const { pipelineId } of end.incidents) counts.set(pipelineId, (counts.get(pipelineId) ?? 0) + 1);
    return reports
      .filter(({ acceptedAt }) => acceptedAt !== undefined)
      .map(({ key, pipelineId, via }) => ({ what: `report ${key} (${via})`, count: counts.get(pipelineId) ?? 0 }))
      .filter(({ count }) => count !== 1)
      .map(({ what, count }) => `${what} has ${count} incidents, expected 1`);
  },
};

export const deadLetters: Check = {
  id: 'dead-letters',
  says: 'All that is no event is in the dead letters, once, with a reason; and nothing else is.',
  when: 'eventually',
  broken({ garbage, end }) {
    if (end.deadLetters === undefined) return [UNREAD];
    const letters = end.deadLetters;
    const missing = garbage
      .filter(({ acceptedAt }) => acceptedAt !== undefined)
      .map(({ marker }) => ({ marker, count: letters.filter(({ text }) => text.includes(marker)).length }))
      .filter(({ count }) => count !== 1)
      .map(({ marker, count }) => `${marker} is ${count} times in the dead letters, expected 1`);
    const unexplained = letters
      .filter(({ text }) => !garbage.some(({ marker }) => text.includes(marker)))
      .map(({ subject, reason, error }) => `${subject} was buried (${reason}: ${error})`);
    const silent = letters
      .filter(({ reason, error }) => reason === '' || error === '')
      .map(({ subject }) => `a dead letter on ${subject} says no reason`);
    return [...missing, ...unexplained, ...silent];
  },
};

export const drained: Check = {
  id: 'drained',
  says: 'No message waits for a consumer, and none is left unacknowledged.',
  when: 'eventually',
  broken({ end }) {
    if (end.consumers === undefined) return [UNREAD];
    if (end.consumers.length === 0) return ['there is no consumer any more'];
    return end.consumers
      .filter(({ pending, unacknowledged }) => pending + unacknowledged > 0)
      .map(({ name, pending, unacknowledged }) => `${name}: ${pending} waiting, ${unacknowledged} unacknowledged`);
  },
};
