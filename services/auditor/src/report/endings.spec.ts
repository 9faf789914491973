import type { Incident } from '../ledger/incident.ts';
import { countEndings, endingOf, endingsSay } from './endings.ts';

const of = (over: Partial<Incident>) => ({ state: 'closed', action: 'retry', status: 'executed', ...over }) as Incident;

describe('endingOf', () => {
  it.each<[Partial<Incident>, string, string | null]>([
    [{ outcome: 'healed' }, 'healed', 'retry'],
    [{ outcome: 'ineffective' }, 'not_helped', 'retry'],
    [{ outcome: 'harmful' }, 'not_helped', 'retry'],
    [{ outcome: 'inconclusive' }, 'not_known', 'retry'],
    [{ outcome: null }, 'not_known', 'retry'],
    [{ outcome: null, status: 'handed_over', verdict: 'handing_over' }, 'by_humans', null],
    [{ outcome: 'healed', status: 'rejected', verdict: 'asking' }, 'by_humans', null],
    [{ outcome: null, status: 'recommended', verdict: 'recommending' }, 'by_itself', null],
    [{ outcome: null, status: null }, 'by_itself', null],
    [{ state: 'handed_over', outcome: 'ineffective', status: 'handed_over' }, 'left', null],
    [{ state: 'recommended', status: 'recommended' }, 'left', null],
    [{ state: 'verifying' }, 'open', 'retry'],
    [{ state: 'detected', status: null, action: null }, 'open', null],
  ])('%j: %s', (over, ending, action) => {
    expect(endingOf(of(over))).toEqual({ ending, action });
  });
});

it('counts the most frequent first, and says it in one sentence', () => {
  const healed = of({ outcome: 'healed' });
  const left = of({ state: 'handed_over', status: 'handed_over' });
  const backoff = of({ outcome: 'healed', action: 'retry_with_backoff' });
  const counts = countEndings([left, healed, backoff, healed]);
  expect(counts).toEqual([
    { ending: 'healed', action: 'retry', count: 2 },
    { ending: 'healed', action: 'retry_with_backoff', count: 1 },
    { ending: 'left', action: null, count: 1 },
  ]);
  expect(endingsSay(counts)).toBe(
    'Of the last 4 alike: 2 healed by retry, 1 healed by retry with backoff, 1 left to humans.',
  );
  expect(endingsSay(countEndings([left]))).toBe('The last one alike: 1 left to humans.');
  expect(endingsSay([])).toBe('');
});
