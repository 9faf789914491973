import type { DependencyState } from '@prunella/contracts';
import { parsePolicy } from './parse-policy.ts';
import { type Intent, preflight } from './preflight.ts';

const { dependencies } = parsePolicy(`
version: 1
dependencies:
  - { name: npm, kind: registry, url: "https://registry.example", interval: 20s, neededBy: [{ match: { repository: "acme/**" } }] }
  - name: db
    kind: tcp
    host: db.example
    port: 5432
    neededBy:
      - { match: { pipeline: nightly } }
      - { match: { repository: acme/shop, branch: [main, "release/*"] }, steps: [integration, report] }
  - { name: prod, kind: tcp, host: prod.example, port: 22, neededBy: [{ match: { environment: production }, steps: [deploy, report] }] }
`);

function ask(states: Record<string, DependencyState>, changes: Partial<Intent> = {}) {
  const intent = { pipeline: 'ci', repository: 'acme/shop', branch: 'main', environment: '', ...changes };
  return preflight(dependencies, ({ name }) => ({ state: states[name] ?? 'up', since: 0, reason: `as told` }), intent);
}

it.each`
  states                                       | intent                                | answer          | skipSteps
  ${{}}                                        | ${{}}                                 | ${'go'}         | ${[]}
  ${{ npm: 'down' }}                           | ${{}}                                 | ${'wait'}       | ${[]}
  ${{ npm: 'suspected' }}                      | ${{}}                                 | ${'wait'}       | ${[]}
  ${{ npm: 'unknown' }}                        | ${{}}                                 | ${'wait'}       | ${[]}
  ${{ npm: 'down' }}                           | ${{ repository: 'other/shop' }}       | ${'go'}         | ${[]}
  ${{ db: 'down' }}                            | ${{}}                                 | ${'skip-steps'} | ${['integration', 'report']}
  ${{ db: 'down' }}                            | ${{ branch: 'release/1' }}            | ${'skip-steps'} | ${['integration', 'report']}
  ${{ db: 'down' }}                            | ${{ branch: 'feature/x' }}            | ${'go'}         | ${[]}
  ${{ db: 'down' }}                            | ${{ pipeline: 'nightly' }}            | ${'wait'}       | ${[]}
  ${{ db: 'down', npm: 'down' }}               | ${{}}                                 | ${'wait'}       | ${['integration', 'report']}
  ${{ db: 'down', prod: 'unknown' }}           | ${{ environment: 'production' }}      | ${'skip-steps'} | ${['integration', 'report', 'deploy']}
  ${{ npm: 'down', db: 'down', prod: 'down' }} | ${{ repository: 'x/y', branch: 'z' }} | ${'go'}         | ${[]}
`('$states for $intent: $answer $skipSteps', ({ states, intent, answer, skipSteps }) => {
  expect(ask(states, intent)).toMatchObject({
    answer,
    skipSteps,
    retryAfterSeconds: answer === 'wait' ? expect.any(Number) : 0,
  });
});

it('says why, and when to ask again', () => {
  expect(ask({ npm: 'down', db: 'suspected' })).toEqual({
    answer: 'wait',
    reasons: [
      'npm (registry.example:443) is down, so the run waits: as told',
      'db (db.example:5432) is suspected, so without integration, report it can go: as told',
    ],
    dependencies: [
      { name: 'npm', kind: 'registry', state: 'down', since: '1970-01-01T00:00:00.000Z', reason: 'as told', steps: [] },
      expect.objectContaining({ name: 'db', state: 'suspected', steps: ['integration', 'report'] }),
    ],
    skipSteps: ['integration', 'report'],
    retryAfterSeconds: 10,
  });
  expect(ask({}).reasons).toEqual(['all that it needs is up (2)']);
  expect(ask({}, { repository: 'x/y', branch: 'z' }).reasons).toEqual([
    'no dependency of prunella.yaml is needed by this run',
  ]);
});
