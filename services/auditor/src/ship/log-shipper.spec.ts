import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerName } from '@prunella/bus';
import { iso } from '@prunella/core';
import type { RunningService } from '@prunella/service-kit';
import { FakeLoki } from '@prunella/testing';
import { get, Running } from '../../test/running.ts';
import { Story } from '../../test/story.ts';

/** The auditor with a real NATS and PostgreSQL, and a Loki that may be away. */

const PIPELINE = 'octo/repo/.github/workflows/ci.yml';

let running: Running;
let loki: FakeLoki;
let begin: number;

beforeAll(async () => {
  begin = Date.now() - 2 * 3_600_000;
  [running, loki] = await Promise.all([Running.start(), FakeLoki.start()]);
}, 60_000);

afterEach(async () => {
  for (const service of running.services.splice(0)) await service.close();
  Object.assign(loki.limits, { oldestMs: 7 * 86_400_000, metadata: true });
});

afterAll(async () => {
  await running.stop();
  await loki.stop();
});

const auditor = (more: Record<string, string> = {}) => running.auditor({ LOKI_URL: loki.url, ...more });

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  // What a process that ends has taken and not handled comes again after the ack wait, half a minute.
  const end = Date.now() + 90_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within 90 s: ${what}`);
    await sleep(50);
  }
}

/** A heal from end to end. @param minutes after the beginning. */
async function heal(name: string, minutes = 0): Promise<Story> {
  const story = new Story(name, {}, begin + minutes * 60_000);
  await running.publish(
    ...[story.failed(), story.diagnosed(), story.scheduled(), story.executed()],
    // What comes of it the auditor finds out, and tells.
    story.finished('success', { attempt: 2 }),
  );
  return story;
}

/** The events of an incident that Loki has, in order of time. */
function eventsOf({ incidentId }: Story): unknown[] {
  return loki.lines
    .filter(({ text }) => text.includes(incidentId))
    .sort((a, b) => a.at - b.at)
    .map(({ labels }) => labels['event']);
}

const HEAL = ['diagnosis.made', 'action.scheduled', 'action.executed', 'outcome.observed'];

async function shipped(story: Story): Promise<void> {
  await until(() => eventsOf(story).length >= HEAL.length, `Loki has ${story.name}`);
  expect(new Set(eventsOf(story))).toEqual(new Set(HEAL));
}

const countOf = async (service: RunningService, result: string) =>
  Number(
    new RegExp(`auditor_loki_lines_total\\{result="${result}"\\} (\\d+)`).exec(
      String((await get(service, '/metrics')).body),
    )?.[1],
  );

it('sends a heal, which is found by its pipeline and time', async () => {
  const service = await auditor();
  const story = await heal('found');
  await shipped(story);
  const path = `/v1/logs/healing?pipeline=${encodeURIComponent(PIPELINE)}&from=${iso(begin - 60_000)}`;
  const { body } = await get(service, path);
  expect(body.lines.map(({ text }: { text: string }) => JSON.parse(text).event)).toEqual(expect.arrayContaining(HEAL));
  expect((await get(service, `${path}&to=${iso(begin - 1_000)}`)).body.lines).toEqual([]);
  expect((await get(service, `/v1/logs/healing?pipeline=another`)).body.lines).toEqual([]);
}, 120_000);

it('records while Loki is away, and sends once it is back, also by another process', async () => {
  const first = await auditor();
  for (let n = 0; n < 40; n++) loki.answerNext(n % 2 === 0 ? 503 : 429, 'busy', { 'retry-after': '1' });
  const story = await heal('delayed', 1);
  await until(
    async () => (await get(first, `/v1/incidents/${story.incidentId}`)).body.outcome === 'healed',
    'it is recorded',
  );
  await until(() => loki.answersLeft < 40, 'Loki was asked');
  expect(eventsOf(story)).toEqual([]);
  await first.close();
  running.services.splice(0);
  loki.forgetAnswers();
  await auditor();
  await shipped(story);
  expect(eventsOf(story)).toHaveLength(HEAL.length);
}, 300_000);

it('loses only what Loki refuses for good, and counts it', async () => {
  const service = await auditor();
  loki.limits.oldestMs = 60 * 60_000;
  const old = await heal('old', 2);
  const young = await heal('young', 100);
  await shipped(young);
  // More where the heal before comes again: its process ended before it could acknowledge it, and by now it is too old as well.
  await until(async () => (await countOf(service, 'refused')) >= HEAL.length - 1, 'the old ones are counted');
  expect(eventsOf(old)).toEqual(['outcome.observed']);
  const ancient = new Story('ancient', {}, Date.now() - 8 * 86_400_000);
  await running.publish(ancient.diagnosed());
  await until(async () => (await countOf(service, 'too_old')) === 1, 'what is too old is not even sent');
}, 200_000);

it('does without structured metadata where Loki does not want it', async () => {
  loki.limits.metadata = false;
  await auditor();
  await shipped(await heal('plain', 101));
}, 120_000);

it('leaves nothing behind when it is told not to', async () => {
  const sent = loki.pushes.length;
  const service = await auditor({ LOKI_SHIP: 'false' });
  const story = await heal('unsent', 102);
  await until(async () => (await get(service, `/v1/incidents/${story.incidentId}`)).status === 200, 'recorded');
  const names = (await running.bus.consumersOf('auditor')).map(({ name }) => name);
  expect(names).toContain('auditor-events');
  expect(names).not.toContain('auditor-loki' satisfies ConsumerName);
  expect(loki.pushes).toHaveLength(sent);
}, 120_000);
