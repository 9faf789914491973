import type { JsonBucket } from '@prunella/bus';
import type { Conclusion } from '@prunella/contracts';
import { type EndedRun, type Finished, ProviderError, stableId } from '@prunella/core';
import fc from 'fast-check';
import { github } from '../sources/github/index.ts';
import type { Report } from '../sources/source.ts';
import { type AskPlaceDeps, askPlace } from './ask-place.ts';
import type { AskedPlatform } from './platforms.ts';
import { type Cursor, type Listed, missedInARow, sinceOf } from './window.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-01T10:00:00Z');
const settings = {
  enabled: true,
  every: MINUTE,
  lookBack: 15 * MINUTE,
  grace: 2 * MINUTE,
  timeout: 1,
  repositories: [],
};
const signal = new AbortController().signal;

/** A place whose platform, clock and stream are in memory; what is kept is lost where the process is cut off before it is written. */
class World {
  now = START;
  readonly runs = new Map<string, EndedRun>();
  readonly told = new Map<string, 'somebody' | 'found'>();
  readonly published: string[] = [];
  readonly hints: number[] = [];
  unreadable = 0;
  /** The process dies at this write of the cursor. */
  dies = false;
  private kept: Cursor | undefined;

  end(id: number, record?: unknown): void {
    const at = new Date(this.now).toISOString();
    this.runs.set(String(id), {
      runId: String(id),
      endedAt: this.now,
      record: record === undefined ? recordOf(id, at) : record,
    });
  }

  deliver(id: string): void {
    if (this.told.has(id)) return;
    this.told.set(id, 'somebody');
    this.published.push(id);
  }

  async ask(): Promise<void> {
    const platform = {
      id: 'github',
      source: github,
      reader: {
        platform: 'github',
        finishedSince: async (_: string, since: number, { mark }: { mark?: string }) => this.list(since, mark),
      },
    } as unknown as AskedPlatform;
    await askPlace(platform, 'acme/shop', this.deps(), signal);
  }

  /** As GitHub does: the answer that did not change is not sent again. */
  private list(since: number, mark: string | undefined): Finished {
    const all = [...this.runs.values()];
    const etag = stableId('etag', ...all.map(({ runId, endedAt }) => `${runId}@${endedAt}`));
    return etag === mark
      ? { runs: [], mark: etag }
      : { runs: all.filter(({ endedAt }) => !(endedAt < since)), mark: etag };
  }

  private deps(): AskPlaceDeps {
    const cursors = {
      get: async () => (this.kept === undefined ? undefined : { key: '', value: this.kept, revision: 1 }),
      put: async (_: string, cursor: Cursor) => {
        if (this.dies) throw new Error('killed');
        this.kept = cursor;
        return 1;
      },
    } as unknown as JsonBucket<Cursor>;
    return {
      cursors,
      endings: { toldBy: async ({ runId }) => this.told.get(runId) },
      reach: { reader: () => undefined, cluster: undefined },
      firstSeenAt: async () => START,
      settings: () => settings,
      publishOnce: async (report: Report) => {
        const { runId } = report.data as { runId: string; conclusion: Conclusion };
        this.published.push(runId);
        this.told.set(runId, 'found');
        return true;
      },
      place: async (report) => report,
      keepOriginal: () => undefined,
      unreadable: () => {
        this.unreadable += 1;
      },
      found: (_, _place, _count, missed) => this.hints.push(missed),
      cut: () => undefined,
      clock: { now: () => this.now },
    };
  }
}

function recordOf(id: number, at: string) {
  return {
    id,
    run_attempt: 1,
    head_sha: 'abc',
    head_branch: 'main',
    html_url: `https://github.com/acme/shop/actions/runs/${id}`,
    name: 'ci',
    path: '.github/workflows/ci.yml',
    conclusion: 'failure',
    created_at: at,
    updated_at: at,
    repository: { full_name: 'acme/shop', html_url: 'https://github.com/acme/shop' },
  };
}

/** Time that passes, a run that ends, webhooks that come (in time or late), rounds, and rounds that are cut off. */
const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 30 * MINUTE }) }),
    fc.record({ do: fc.constantFrom('end', 'deliver', 'ask', 'die') }),
  ),
  { maxLength: 60 },
);

it('tells each run that ended once, whoever tells it first and wherever a round is cut off', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (todo) => {
      const world = new World();
      for (const [id, step] of todo.entries()) {
        if (step.do === 'pass') world.now += step.ms;
        else if (step.do === 'end') world.end(id);
        else if (step.do === 'deliver') world.deliver([...world.runs.keys()].at(-1) ?? String(id));
        else {
          world.dies = step.do === 'die';
          await world.ask().catch((error: unknown) => expect(String(error)).toContain('killed'));
          world.dies = false;
        }
      }
      // More than the grace, and then two rounds: nothing is left untold.
      world.now += settings.grace;
      await world.ask();
      await world.ask();
      expect(new Set(world.published).size).toBe(world.published.length);
      for (const { runId, endedAt } of world.runs.values()) {
        if (endedAt > world.now - 23 * 60 * MINUTE) expect(world.published).toContain(runId);
      }
    }),
    { numRuns: 200 },
  );
});

it('a run that can not be read is passed over, and does not come between others', async () => {
  const world = new World();
  world.end(1);
  world.end(2, { id: 'x' });
  world.end(3, null);
  world.end(4);
  world.now += settings.grace;
  await world.ask();
  expect(world.published).toEqual(['1', '4']);
  expect(world.unreadable).toBe(2);
  await world.ask();
  expect(world.unreadable).toBe(2);
});

it('what ended just now is left to its webhook', async () => {
  const world = new World();
  await world.ask();
  world.end(1);
  world.now += settings.grace - 1;
  await world.ask();
  expect(world.published).toEqual([]);
  world.now += 1;
  await world.ask();
  expect(world.published).toEqual(['1']);
});

it('says how many came without a webhook, until one comes', async () => {
  const world = new World();
  for (const id of [1, 2, 3]) {
    world.end(id);
    world.now += settings.grace;
    await world.ask();
  }
  expect(world.hints).toEqual([1, 2, 3]);
  world.end(4);
  world.deliver('4');
  world.end(5);
  world.now += settings.grace;
  await world.ask();
  expect(world.hints.at(-1)).toBe(1);
});

it('an error of the platform leaves the cursor where it was', async () => {
  const world = new World();
  world.end(1);
  world.now += settings.grace;
  const list = Reflect.get(world, 'list') as () => Finished;
  Reflect.set(world, 'list', () => {
    throw new ProviderError('github', 'unavailable', 'x');
  });
  await expect(world.ask()).rejects.toThrow('unavailable');
  Reflect.set(world, 'list', list);
  world.now += 30 * MINUTE;
  await world.ask();
  expect(world.published).toEqual(['1']);
});

it.each`
  what                                   | at             | firstSeen    | since
  ${'some time before the last round'}   | ${START}       | ${0}         | ${START - 15 * MINUTE}
  ${'not from before it was first seen'} | ${START}       | ${START - 1} | ${START - 1_000}
  ${'at most a day back'}                | ${START - 2e8} | ${0}         | ${START - 86_400_000}
`('asks from $what', ({ at, firstSeen, since }) => {
  expect(sinceOf({ at }, firstSeen, START, settings)).toBe(since);
});

it.each<[number, Listed[], number]>([
  [0, [], 0],
  [2, ['found now', 'found before'], 3],
  [2, ['found now', 'told by somebody', 'found before', 'found now'], 2],
  [5, ['told by somebody'], 0],
])('after %i and %j it is %i in a row', (before, listed, missed) => {
  expect(missedInARow(before, listed)).toBe(missed);
});
