import { actionTypes, causes } from '@prunella/contracts';
import { fixFor } from './root-causes.ts';

it('says what to do for each cause, in one sentence, and different for each', () => {
  const fixes = causes.map((cause) => fixFor(cause, ['retry']));
  for (const fix of fixes) expect(fix).toMatch(/^[A-Z][^.]*\.$/);
  expect(new Set(fixes).size).toBe(causes.length);
});

it.each`
  actions                       | says
  ${['scale_resources']}        | ${/resources that it was given/}
  ${['retry', 'raise_timeout']} | ${/deadline that it needs/}
  ${['reset_connections']}      | ${/recovers by a restart/}
  ${['retry', 'rollback']}      | ${/cache or mirror/}
  ${[]}                         | ${/cache or mirror/}
`('what $actions changed comes before the cause', ({ actions, says }) => {
  expect(fixFor('network', actions)).toMatch(says);
});

it('knows what to say of each action', () => {
  for (const action of actionTypes) expect(fixFor('unknown', [action])).not.toBe('');
});
