import { jest } from '@jest/globals';
import { parsePolicy } from '@prunella/policy';
import { backtest } from './backtest.ts';
import { MemoryRecords } from './memory-records.ts';
import type { PastEvent } from './past-event.ts';
import { START, Story } from './story.fixture.ts';

const policy = { name: 'new', policy: parsePolicy('version: 1\nmode: act\n', 'new') };
const PIPELINES = 30;
const DAY = 24 * 60;

/** A storm a day: so many pipelines fail alike within minutes; most are run again by hand hours later, some of them in vain. */
function storms(count: number): PastEvent[] {
  const events: PastEvent[] = [];
  for (let day = 0; day < count; day++) {
    for (let number = 0; number < PIPELINES; number++) {
      const at = day * DAY + number * 0.2;
      const story = new Story(`r${day}-${number}`, { pipelineId: `acme/p${number}/ci`, repository: `acme/p${number}` });
      events.push(...story.failed(at));
      if (number % 3 === 0) events.push(...story.finished(at + 180, 2));
      if (number % 3 === 1) events.push(...story.failed(at + 200, 2));
    }
  }
  return events.sort((a, b) => a.at - b.at);
}

/** Something is down that no policy asks for: then nothing is answered without the ledgers. */
function elsewhereDown(): PastEvent {
  const data = {
    name: 'elsewhere',
    address: 'x',
    state: 'down',
    before: 'up',
    since: new Date(START).toISOString(),
    reason: 'gone',
  };
  return { subject: 'dependency.changed', id: 'elsewhere', at: START - 1, data } as unknown as PastEvent;
}

afterEach(() => {
  jest.restoreAllMocks();
});

/** How often the ledgers are read for each failure. */
async function asksPerFailure(events: readonly PastEvent[]): Promise<number> {
  const asked = jest.spyOn(MemoryRecords.prototype, 'get');
  const { policy: played } = await backtest(events, { policy });
  const asks = asked.mock.calls.length;
  asked.mockRestore();
  return asks / played.totals.failures;
}

describe('reruns that wait in a storm', () => {
  it('ask the ledgers no more often the longer the history is, and not for each time that they go on waiting', async () => {
    const [few, many] = [await asksPerFailure(storms(10)), await asksPerFailure(storms(40))];
    expect(many).toBeGreaterThan(5);
    expect(many / few).toBeLessThan(1.1);
    const slowly = await asksPerFailure([elsewhereDown(), ...storms(10)]);
    expect(slowly / few).toBeGreaterThan(2);
  });

  it('wait just as they would have if the ledgers had been asked each time', async () => {
    const quick = await backtest(storms(10), { policy, cases: 1_000 });
    const slow = await backtest([elsewhereDown(), ...storms(10)], { policy, cases: 1_000 });
    expect(quick.policy.totals.results.withheld + quick.policy.totals.results.superseded).toBeGreaterThan(10);
    expect({ ...quick, history: null }).toEqual({ ...slow, history: null });
  });
});
