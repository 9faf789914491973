import type { DigestMade } from '@prunella/contracts';
import { madeDigest } from './made-digest.ts';

const quiet: DigestMade = {
  ...{ from: '2026-11-16T08:00:00Z', to: '2026-11-23T08:00:00Z', channel: '', incidents: 0, handedOver: 0, actions: 0 },
  ...{
    healed: 0,
    ineffective: 0,
    harmful: 0,
    rootCauses: [],
    rootCauseCount: 0,
    debts: [],
    debtsDue: 0,
    debtsOverdue: 0,
  },
  ...{ flakyTests: 0, spent: [], saved: [] },
};
const busy: DigestMade = {
  ...quiet,
  ...{
    channel: '#ci',
    incidents: 42,
    handedOver: 3,
    actions: 30,
    healed: 24,
    ineffective: 5,
    harmful: 1,
    successRate: 0.8,
  },
  rootCauses: ['a', 'b', 'c'].map((says) => ({
    says: `${says} was healed 9 times. Mend it.`,
    owner: says === 'a' ? '@pay' : '',
  })),
  ...{
    rootCauseCount: 7,
    debts: [{ says: 'CI fails, due 2026-11-25', owner: '' }],
    debtsDue: 2,
    debtsOverdue: 1,
    flakyTests: 4,
  },
  spent: [
    { minutes: 120.4, money: 0.96, currency: 'EUR' },
    { minutes: 0, money: 1, currency: 'USD' },
  ],
  saved: [{ minutes: 360, money: 480, currency: 'EUR' }],
};
const textOf = (digest: DigestMade) => madeDigest(digest, 'e', 'https://heal.example/').says.text.split('\n');

it('says what matters in at most ten lines', () => {
  expect(textOf(busy)).toEqual([
    '42 incidents, 24 healed (80 % of what is proven), 3 with people.',
    '1 action did harm: look at it first.',
    '5 actions did not help.',
    'To fix: a was healed 9 times. Mend it. (@pay)',
    'To fix: b was healed 9 times. Mend it.',
    'To fix: 5 more.',
    'Debts: 1 overdue, 2 due soon. First: CI fails, due 2026-11-25 (nobody owns it).',
    '4 flaky tests.',
    'Spent on runners: 120 minutes, 0.96 EUR, 1.00 USD; saved people 360 minutes, 480.00 EUR by your own figures.',
  ]);
  expect(madeDigest(busy, 'e', 'https://heal.example/').says).toMatchObject({
    ...{ title: 'Prunella from 2026-11-16 to 2026-11-23', to: '#ci', urgency: 'normal', link: 'https://heal.example/' },
  });
});

it('says briefly that nothing happened, in the usual channel', () => {
  expect(textOf(quiet)).toEqual(['Nothing failed, and nothing was healed.']);
  expect(madeDigest(quiet, 'e', 'https://heal.example').says).not.toHaveProperty('to');
});

it.each`
  change                                                                       | line
  ${{ actions: 1, incidents: 1, healed: 1, harmful: 0, spent: [], saved: [] }} | ${'Spent on runners: nothing.'}
  ${{ harmful: 2 }}                                                            | ${'2 actions did harm: look at them first.'}
  ${{ successRate: undefined }}                                                | ${'42 incidents, 24 healed, 3 with people.'}
  ${{ debts: [] }}                                                             | ${'Debts: 1 overdue, 2 due soon.'}
`('$change: $line', ({ change, line }) => {
  expect(textOf({ ...busy, ...change })).toContain(line);
});
