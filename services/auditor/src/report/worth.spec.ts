import { parsePolicy } from '@prunella/policy';
import type { WorthTally } from '@prunella/store';
import { worthByKey, worthOf } from './worth.ts';

const policy = (figures: string) =>
  parsePolicy(`version: 1\ncosts: { currency: EUR }\nreports: { byHand: [${figures}] }\n`);
const tally = (changes: Partial<WorthTally>): WorthTally => ({
  ...{ key: 'acme/shop', action: 'retry', repository: 'acme/shop', cause: 'network', outcome: 'healed' },
  ...{ currency: 'EUR', count: 2, minutes: 10, money: 0.2 },
  ...changes,
});

it.each`
  what                            | figures                                    | changes                        | saved
  ${'no figure'}                  | ${''}                                      | ${{}}                          | ${null}
  ${'a figure for another cause'} | ${'{ match: { cause: oom }, takes: 10m }'} | ${{}}                          | ${null}
  ${'a figure without a price'}   | ${'{ takes: 10m }'}                        | ${{}}                          | ${{ heals: 2, minutes: 20, money: [] }}
  ${'a figure with a price'}      | ${'{ takes: 30m, perHour: 60 }'}           | ${{}}                          | ${{ heals: 2, minutes: 60, money: [{ currency: 'EUR', amount: 60 }] }}
  ${'no proof'}                   | ${'{ takes: 30m, perHour: 60 }'}           | ${{ outcome: 'inconclusive' }} | ${null}
  ${'no outcome yet'}             | ${'{ takes: 30m, perHour: 60 }'}           | ${{ outcome: null }}           | ${null}
`('with $what it saves $saved', ({ figures, changes, saved }) => {
  expect(worthOf([tally(changes)], policy(figures)).saved).toEqual(saved);
});

it.each`
  outcome           | actions
  ${'healed'}       | ${0}
  ${'ineffective'}  | ${2}
  ${'harmful'}      | ${2}
  ${'inconclusive'} | ${2}
  ${null}           | ${0}
`('$outcome: $actions actions in vain', ({ outcome, actions }) => {
  expect(worthOf([tally({ outcome })], policy('')).inVain.actions).toBe(actions);
});

it('adds up by key, and never different currencies', () => {
  const tallies = [
    ...[tally({ outcome: 'harmful' }), tally({ outcome: 'harmful', currency: 'USD', money: 1 })],
    ...[tally({ outcome: 'harmful', currency: '', money: 0 }), tally({ key: 'other', outcome: 'healed' })],
  ];
  const byKey = worthByKey(tallies, policy(''));
  expect([...byKey.keys()]).toEqual(['acme/shop', 'other']);
  const money = [
    { currency: 'EUR', amount: 0.2 },
    { currency: 'USD', amount: 1 },
  ];
  expect(byKey.get('acme/shop')).toEqual({
    ...{ healed: 0, spent: { minutes: 30, money }, inVain: { actions: 6, minutes: 30, money }, saved: null },
  });
});
