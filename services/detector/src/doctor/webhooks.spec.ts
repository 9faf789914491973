import type { SentWebhooks } from '@prunella/core';
import { parsePolicy } from '@prunella/policy';
import type { HeardSender } from '../intake/webhook-book.ts';
import { dependencyFindings } from './dependencies.ts';
import { findingOf } from './sent-webhooks.ts';
import { webhookFindings } from './webhooks.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const states = (findings: { name: string; state: string }[]) => findings.map(({ name, state }) => `${name}: ${state}`);

function look(environment: Record<string, unknown>, heard: Record<string, HeardSender> = {}): string[] {
  return states(webhookFindings(environment, new Map(Object.entries(heard)), NOW));
}

const SECRET = { GITHUB_WEBHOOK_SECRET: 's3cret' };

it.each`
  what                       | environment                                  | heard                                                                                 | found
  ${'nothing is used'}       | ${{}}                                        | ${{}}                                                                                 | ${[]}
  ${'no secret is set'}      | ${{ GITHUB_TOKEN: 'x' }}                     | ${{}}                                                                                 | ${['GitHub webhook: note']}
  ${'it was never heard'}    | ${SECRET}                                    | ${{}}                                                                                 | ${['GitHub webhook: note']}
  ${'it was heard'}          | ${SECRET}                                    | ${{ github: { takenAt: '2026-11-28T11:00:00Z' } }}                                    | ${['GitHub webhook: ok']}
  ${'it is quiet'}           | ${SECRET}                                    | ${{ github: { takenAt: '2026-11-20T11:00:00Z' } }}                                    | ${['GitHub webhook: note']}
  ${'it is refused'}         | ${SECRET}                                    | ${{ github: { refusedAt: '2026-11-28T11:00:00Z' } }}                                  | ${['GitHub webhook: bad']}
  ${'it was refused before'} | ${SECRET}                                    | ${{ github: { refusedAt: '2026-11-28T10:00:00Z', takenAt: '2026-11-28T11:00:00Z' } }} | ${['GitHub webhook: ok']}
  ${'one of two secrets'}    | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: 'whsec' }} | ${{ gitlab: { takenAt: '2026-11-28T11:00:00Z' } }}                                    | ${['GitLab webhook: ok']}
  ${'Prometheus is asked'}   | ${{ PROMETHEUS_URL: 'http://p' }}            | ${{}}                                                                                 | ${['Alertmanager: note']}
  ${'anybody may'}           | ${{ PRUNELLA_INSECURE_WEBHOOKS: true }}      | ${{}}                                                                                 | ${['webhooks: bad']}
`('where $what: $found', ({ environment, heard, found }) => {
  expect(look(environment as Record<string, unknown>, heard as Record<string, HeardSender>)).toEqual(found);
});

const failure = { at: '2026-11-28T11:00:00Z', says: '401 Unauthorized' };

it.each`
  sent                               | state
  ${{ sent: 0, failed: 0 }}          | ${'note'}
  ${{ sent: 9, failed: 0 }}          | ${'ok'}
  ${{ sent: 9, failed: 2, failure }} | ${'note'}
  ${{ sent: 9, failed: 9, failure }} | ${'bad'}
`('of what was sent, $sent: $state', ({ sent, state }) => {
  expect(findingOf('github', sent as SentWebhooks).state).toBe(state);
});

it.each`
  dependencies                                                            | environment              | found
  ${''}                                                                   | ${{}}                    | ${['dependencies: note']}
  ${'{ name: a, kind: tcp, host: h, port: 1 }'}                           | ${{}}                    | ${['dependencies: ok']}
  ${'{ name: a, kind: http, url: "http://h", tokenFrom: DEPENDENCY_A }'}  | ${{}}                    | ${['dependency a: bad']}
  ${'{ name: a, kind: postgresql, host: h, passwordFrom: DEPENDENCY_A }'} | ${{ DEPENDENCY_A: 'x' }} | ${['dependencies: ok']}
`('declared "$dependencies" with $environment: $found', ({ dependencies, environment, found }) => {
  const policy = parsePolicy(`version: 1\ndependencies: [${dependencies}]`);
  expect(states(dependencyFindings(policy.dependencies, environment as Record<string, string>))).toEqual(found);
});
