import { demotionSays, evidenceSays, standingNext } from './standing.ts';

const SETTINGS = { demoteAfter: 5, promoteAfter: 3, margin: 0.05 };
const TRUSTED = { standing: 'trusted', pinned: false, word: 0.9, lower: 0.5, tried: 9, since: 9 };
const DEMOTED = { ...TRUSTED, standing: 'demoted', lower: 0.7 };

it.each`
  what                               | measured                        | next
  ${'its bound is too low'}          | ${TRUSTED}                      | ${'demoted'}
  ${'its bound is at the threshold'} | ${{ ...TRUSTED, lower: 0.6 }}   | ${'trusted'}
  ${'there are too few outcomes'}    | ${{ ...TRUSTED, tried: 4.9 }}   | ${'trusted'}
  ${'it would not act by its word'}  | ${{ ...TRUSTED, word: 0.5 }}    | ${'trusted'}
  ${'somebody pinned it'}            | ${{ ...TRUSTED, pinned: true }} | ${'trusted'}
  ${'its bound is well above'}       | ${DEMOTED}                      | ${'trusted'}
  ${'its bound is only just above'}  | ${{ ...DEMOTED, lower: 0.64 }}  | ${'demoted'}
  ${'nothing new is known'}          | ${{ ...DEMOTED, since: 2 }}     | ${'demoted'}
  ${'somebody pinned its demotion'}  | ${{ ...DEMOTED, pinned: true }} | ${'demoted'}
`('$what: $next', ({ measured, next }) => {
  expect(standingNext(measured, 0.6, SETTINGS)).toBe(next);
});

it('says why', () => {
  const evidence = { decidedBy: 'rule:x', action: 'retry', healed: 3, ineffective: 6, harmful: 0 } as const;
  expect(evidenceSays({ ...evidence, lower: 0.219, threshold: 0.6 })).toBe(
    '3 of 9 outcomes of retry helped, lower bound 0.21 < 0.6',
  );
  expect(evidenceSays({ ...evidence, harmful: 1, lower: 0.599999, threshold: 0.6 })).toBe(
    '3 of 10 outcomes of retry helped, 1 did harm, lower bound 0.59 < 0.6',
  );
  const change = { decidedBy: 'rule:x', at: '2026-11-28T08:00:00.000Z', reason: '3 of 9', by: 'prunella' };
  expect(demotionSays(change)).toBe('rule x was demoted on 2026-11-28: 3 of 9');
  expect(demotionSays({ ...change, by: 'ada', decidedBy: 'default' })).toBe(
    'default was demoted by ada on 2026-11-28: 3 of 9',
  );
});
