import type { ActionType, Run } from '@prunella/contracts';
import { parsePolicy } from './parse-policy.ts';
import { settingsFor } from './settings.ts';

function run(changes: Partial<Run> = {}): Run {
  return {
    pipelineId: 'acme/shop/.github/workflows/ci.yml',
    platform: 'github',
    repository: 'acme/shop',
    runId: '1',
    attempt: 1,
    headSha: '',
    branch: 'main',
    environment: '',
    url: '',
    name: 'ci',
    kind: 'run',
    ...changes,
  };
}

function modeOf(policy: string, changes: Partial<Run> = {}, action: ActionType = 'retry', at = 0): string {
  const { value, from } = settingsFor(
    parsePolicy(`version: 1\n${policy}`),
    { run: run(changes), action, cause: 'network' },
    at,
  ).mode;
  return `${value} by ${from}`;
}

describe('the mode', () => {
  it.each([
    ['', 'github', 'recommend by built-in'],
    ['', 'generic', 'recommend by built-in'],
    ['', 'playground', 'act by built-in for the playground'],
    ['mode: observe', 'playground', 'observe by mode'],
    ['mode: act', 'github', 'act by mode'],
    ['pipelines: [{ match: { platform: playground }, mode: approve }]', 'playground', 'approve by pipelines[0]'],
    ['pipelines: [{ match: { platform: "*" }, mode: approve }]', 'playground', 'approve by pipelines[0]'],
    ['mode: observe\npipelines: [{ match: { platform: playground }, mode: act }]', 'playground', 'act by pipelines[0]'],
  ])('with %j on %s: %s', (policy, platform, expected) => {
    expect(modeOf(policy, { platform })).toBe(expected);
  });

  it.each([
    ['{ repository: acme/* }', {}, true],
    ['{ repository: acme }', {}, false],
    ['{ repository: [other/*, acme/shop] }', {}, true],
    ['{ pipeline: acme/shop/** }', {}, true],
    ['{ pipeline: acme/* }', {}, false],
    ['{ branch: release/* }', { branch: 'release/1.2' }, true],
    ['{ branch: release/* }', { branch: 'main' }, false],
    ['{ environment: production }', { environment: 'production' }, true],
    ['{ environment: production }', {}, false],
    ['{ action: retry }', {}, true],
    ['{ cause: network }', {}, true],
    ['{ cause: [oom, disk_full] }', {}, false],
    ['{ action: [rollback, retry_with_backoff] }', {}, false],
    ['{ repository: acme/*, branch: main }', {}, true],
    ['{ repository: acme/*, branch: dev }', {}, false],
  ])('an entry for %s, run with %j: %s', (match, changes, matches) => {
    expect(modeOf(`pipelines: [{ match: ${match}, mode: act }]`, changes)).toBe(
      matches ? 'act by pipelines[0]' : 'recommend by built-in',
    );
  });
});

it('takes each field from the first matching entry that has it', () => {
  const settings = settingsFor(
    parsePolicy(`
version: 1
attempts: 4
thresholds: { cheap: 0.5 }
pipelines:
  - match: { branch: dev }
    attempts: 9
  - match: { repository: acme/* }
    thresholds: { reversible: 0.9 }
  - match: { platform: github }
    mode: act
    thresholds: { reversible: 0.1, cheap: 0.7 }
    attempts: 2
`),
    { run: run(), action: 'retry', cause: 'network' },
    0,
  );
  expect(settings.mode).toEqual({ value: 'act', from: 'pipelines[2]' });
  expect(settings.attempts).toEqual({ value: 2, from: 'pipelines[2]' });
  expect(settings.threshold('reversible')).toEqual({ value: 0.9, from: 'pipelines[1]' });
  expect(settings.threshold('irreversible')).toEqual({ value: 0.9, from: 'pipelines[1]' });
  expect(settings.threshold('cheap')).toEqual({ value: 0.7, from: 'pipelines[2]' });
  expect(settings.threshold('free')).toEqual({ value: 0, from: 'thresholds' });
});

describe('what bounds the mode', () => {
  it.each([
    ['mode: act\nprotect: [{ match: { branch: main }, mode: approve }]', 'approve by protect[0]'],
    ['mode: act\nprotect: [{ match: { branch: release/* }, mode: observe }]', 'act by mode'],
    ['mode: observe\nprotect: [{ match: { branch: main }, mode: approve }]', 'observe by mode'],
    [
      'pipelines: [{ match: { branch: main }, mode: act }]\nprotect: [{ match: { action: retry }, mode: recommend }]',
      'recommend by protect[0]',
    ],
    [
      'mode: act\nfreezes: [{ name: launch, from: "2026-12-20T00:00:00Z", to: "2027-01-02T00:00:00Z" }]',
      'recommend by freeze launch',
    ],
    [
      'mode: act\nfreezes: [{ name: launch, match: { branch: dev }, from: "2026-12-20T00:00:00Z", to: "2027-01-02T00:00:00Z" }]',
      'act by mode',
    ],
    [
      'mode: observe\nfreezes: [{ name: launch, from: "2026-12-20T00:00:00Z", to: "2027-01-02T00:00:00Z" }]',
      'observe by mode',
    ],
  ])('%j: %s', (policy, expected) => {
    expect(modeOf(policy, {}, 'retry', Date.parse('2026-12-24T12:00:00Z'))).toBe(expected);
  });
});
