import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePolicy, policyLines } from '../parse-policy.ts';
import { policyInWords } from './policy-in-words.ts';

const AT = Date.parse('2026-12-24T12:00:00Z');

/** The example of the reference has something of everything. */
const DOCUMENTED =
  /```yaml\n([\s\S]*?)```/.exec(
    readFileSync(join(import.meta.dirname, '../../../../docs/reference/policy.md'), 'utf8'),
  )?.[1] ?? '';

function sentences(yaml: string, at = AT) {
  return policyInWords(parsePolicy(yaml), at).flatMap((section) => section.sentences);
}

it.each([
  [
    '',
    'Prunella says what it would do, and does nothing by itself. On the playground, where nothing is real, it acts.',
  ],
  ['mode: act', 'Prunella acts by itself where it is sure enough.'],
  ['attempts: 1', 'An incident may be healed 1 time at most; then a person is told.'],
  ['cooldown: 90s', 'At least 90 seconds pass between two of the same action on the same branch or workload.'],
  [
    'thresholds: { cheap: 0.725 }',
    'What costs little (a retry, a retry after a wait and waiting for a dependency) needs 72.5 % confidence; below that it is only recommended.',
  ],
  [
    'budgets: [{ name: retries, match: { action: retry }, per: pipeline, within: 1h, actions: 3 }]',
    'A retry may be done 3 times in any hour, for each pipeline (budget retries).',
  ],
  [
    'budgets: [{ name: ci, per: everything, within: 2d, minutes: 1, money: 5 }]',
    'Actions may take 1 minute of CI and cost 5 USD in any 2 days, over everything together (budget ci).',
  ],
  ['', 'Actions on any real platform may be done 100 times in any day, for each repository (budget usual).'],
  ['budgets: []', 'There is no budget: nothing limits how often it acts over all incidents.'],
  [
    'pipelines: [{ match: { repository: a/b, branch: [main, rc] }, mode: approve, attempts: 2 }]',
    'For everything in a/b on branch main or rc: Prunella asks a person before it does anything; an incident may be healed 2 times at most.',
  ],
  [
    'protect: [{ match: { environment: production, action: [rollback, scale_resources] }, mode: approve }]',
    'For a rollback or more memory or CPU in environment production: a person is always asked first.',
  ],
  [
    'freezes: [{ name: weekend, weekly: { from: "fri 16:00", to: "mon 08:00", zone: Europe/Berlin } }]',
    'Freeze weekend, every week from Friday 16:00 to Monday 08:00 (Europe/Berlin): for everything, it is recommended at most, and nothing is done by itself.',
  ],
  [
    'approvals: [{ match: { platform: "**" }, by: [ada, "*@acme.example"], quorum: 2 }]',
    'Everything needs a yes of 2 people out of ada or *@acme.example.',
  ],
  ['breaker: { reset: human }', /only recommended on that platform until a person trusts it again\.$/],
  ['holdOut: 0.05', '5 % of the incidents that would be healed are only watched, to see what passes by itself.'],
  ['reports: { digest: {} }', 'A digest is sent every Monday at 09:00 (UTC).'],
  ['notify: { on: [] }', 'People are told of nothing in chat.'],
])('%s is said so: %s', (yaml, says) => {
  const said = sentences(`version: 1\n${yaml}\n`).map((sentence) => sentence.says);
  if (typeof says === 'string') expect(said).toContain(says);
  else expect(said.some((text) => says.test(text))).toBe(true);
});

it('a freeze that holds now is told apart', () => {
  const held = (at: string) =>
    sentences(DOCUMENTED, Date.parse(at)).flatMap(({ at: place, holdsNow }) => (holdsNow ? [place] : []));
  expect(held('2026-12-24T12:00:00Z')).toEqual([['freezes', 0]]);
  expect(held('2027-01-02T00:00:00Z')).toEqual([['freezes', 1]]);
  expect(held('2027-01-05T12:00:00Z')).toEqual([]);
});

it('every entry of a file is said once, is a sentence, and is found at its line', () => {
  const lineOf = policyLines(DOCUMENTED);
  const lines = DOCUMENTED.split('\n');
  const said = sentences(DOCUMENTED);
  expect(said.length).toBeGreaterThan(30);
  for (const { says, at } of said) {
    expect(says).toMatch(/^\S.*\.$/);
    expect(says).not.toMatch(/undefined|NaN|\[object/);
    if (at.some((part) => typeof part === 'number'))
      expect([says, lines[(lineOf(at) ?? 0) - 1]]).toEqual([says, expect.stringContaining('- ')]);
  }
  const entries = said.map(({ at }) => at.join('.')).filter((at) => /\.\d+$/.test(at));
  expect(new Set(entries).size).toBe(entries.length);
  const policy = parsePolicy(DOCUMENTED);
  for (const list of [
    'pipelines',
    'protect',
    'freezes',
    'approvals',
    'budgets',
    'owners',
    'watches',
    'checks',
  ] as const) {
    expect([list, entries.filter((at) => at.startsWith(`${list}.`)).length]).toEqual([list, policy[list].length]);
  }
});

it('what is not in the file has no line', () => {
  const lineOf = policyLines('version: 1\nthresholds:\n  cheap: 0.5\n');
  expect(lineOf(['thresholds', 'cheap'])).toBe(3);
  expect(lineOf(['thresholds', 'reversible'])).toBeUndefined();
  expect(lineOf(['budgets', 0])).toBeUndefined();
  expect(policyLines('')(['mode'])).toBeUndefined();
});
