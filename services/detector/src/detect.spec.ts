import { parseData } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { type Deps, detect, type Receipt } from './detect.ts';
import type { DetectorEnvironment } from './environment.ts';
import type { Heard, Report, Source } from './sources/source.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const MINUTE = 60_000;
const DELIVERY = { headers: {}, query: new URLSearchParams(), body: Buffer.alloc(0) };
const BEFORE: Receipt = { accepted: true, id: 'run/1', incidentId: 'inc_1' };

function report(time: string | undefined): Report {
  const data = parseData('pipeline.finished', { pipelineId: 'p', conclusion: 'success', incidentId: 'inc_1' });
  return { subject: 'pipeline.finished', id: 'run/1', source: 'spec', ...(time !== undefined && { time }), data };
}

function source(heard: Partial<Extract<Heard, { kind: 'reports' }>>, more: Partial<Source> = {}): Source {
  return {
    name: 'spec',
    path: '/webhooks/spec',
    maxBytes: 1,
    eventOf: () => 'other',
    authenticate: () => Promise.resolve(),
    read: () => ({ kind: 'reports', reports: [report(iso(NOW))], deliveryId: 'd', ...heard }),
    ...more,
  };
}

/** A detector's surroundings, and what was done to them, in order. */
function surroundings(known: Receipt | undefined, isOnStream: boolean) {
  const done: string[] = [];
  const note = (what: string) => {
    done.push(what);
    return Promise.resolve();
  };
  const deps: Deps = {
    environment: {} as DetectorEnvironment,
    fresh: () => 'fresh',
    clock: { now: () => NOW },
    publish: () => note('publish').then(() => !isOnStream),
    place: (one) => Promise.resolve(one),
    completes: ({ complete }) => complete !== undefined,
    completeLater: () => note('completeLater'),
    keepOriginal: () => undefined,
    deliveries: { find: () => note('find').then(() => known), note: () => note('note') },
    keepReply: () => note('keepReply'),
  };
  return { deps, done };
}

describe('a delivery', () => {
  it.each`
    happened                        | isAsked
    ${iso(NOW)}                     | ${false}
    ${iso(NOW - 29 * MINUTE)}       | ${false}
    ${iso(NOW + 29 * MINUTE)}       | ${false}
    ${iso(NOW - 31 * MINUTE)}       | ${true}
    ${iso(NOW + 31 * MINUTE)}       | ${true}
    ${iso(NOW - 3 * 1440 * MINUTE)} | ${true}
    ${undefined}                    | ${true}
  `('of what happened at $happened is looked up: $isAsked', async ({ happened, isAsked }) => {
    const { deps, done } = surroundings(undefined, false);
    const receipt = await detect(source({ reports: [report(happened)] }), DELIVERY, deps);
    expect(receipt).toEqual(BEFORE);
    expect(done).toEqual(isAsked ? ['find', 'publish', 'note'] : ['publish', 'note']);
  });

  it('is looked up when one of what it tells is old', async () => {
    const { deps, done } = surroundings(BEFORE, false);
    const reports = [report(iso(NOW)), report(iso(NOW - 40 * MINUTE))] as const;
    expect(await detect(source({ reports }), DELIVERY, deps)).toEqual({ ...BEFORE, duplicate: true });
    expect(done).toEqual(['find']);
  });

  it('is looked up when it is completed later: the stream hears of it at another time', async () => {
    const { deps, done } = surroundings(undefined, false);
    const complete = (one: Report) => Promise.resolve(one);
    expect(await detect(source({}, { complete }), DELIVERY, deps)).toEqual(BEFORE);
    expect(done).toEqual(['find', 'completeLater', 'note']);
  });

  it('is looked up before the address of its sender is kept', async () => {
    const { deps, done } = surroundings(BEFORE, false);
    await detect(source({ replyTo: 'https://example.org' }), DELIVERY, deps);
    expect(done).toEqual(['find']);
  });

  it('that the stream had already is told so, and noted', async () => {
    const { deps, done } = surroundings(undefined, true);
    expect(await detect(source({}), DELIVERY, deps)).toEqual({ ...BEFORE, duplicate: true });
    expect(done).toEqual(['publish', 'note']);
  });

  it('without an id of its own is looked up nowhere', async () => {
    const { deps, done } = surroundings(undefined, false);
    const { deliveryId: _, ...heard } = source({}).read(DELIVERY, () => '') as Extract<Heard, { kind: 'reports' }>;
    await detect(source({}, { read: () => ({ ...heard, reports: [report(undefined)] }) }), DELIVERY, deps);
    expect(done).toEqual(['publish']);
  });
});
