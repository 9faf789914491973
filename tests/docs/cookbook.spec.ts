import { type DiagnosisMade, parseData } from '@prunella/contracts';
import { parseDuration } from '@prunella/core';
import { approversText, decide, parsePolicy, proposed, spend } from '@prunella/policy';
import { blocksOf, readDocument } from './walk/documents.ts';

const COOKBOOK = 'docs/guide/policy-cookbook.md';

/** `<!-- decides: repository=acme/shop action=retry confidence=0.9 -> recommending (mode) -->`: what a recipe says about a failure. */
interface Question {
  recipe: string;
  policy: string;
  about: string;
  expected: string;
}

const lines = readDocument(COOKBOOK).split('\n');
const recipes = blocksOf(COOKBOOK).filter(({ language }) => language === 'yaml');
const questions = recipes.flatMap(({ line, text }): Question[] => {
  const heading = lines.slice(0, line).findLastIndex((one) => one.startsWith('## '));
  const recipe = lines[heading]?.slice(3) ?? '';
  return lines.slice(heading, line).flatMap((one) => {
    const [, about, expected] = /^<!-- decides: (.*) -> (.*) -->$/.exec(one) ?? [];
    return about === undefined || expected === undefined ? [] : [{ recipe, policy: text, about, expected }];
  });
});

it('has at least ten recipes, and asks most of them', () => {
  expect(recipes.length).toBeGreaterThanOrEqual(15);
  expect(new Set(questions.map(({ recipe }) => recipe)).size).toBeGreaterThanOrEqual(12);
});

it.each(questions)('$recipe: $about: $expected', ({ policy: text, about, expected }) => {
  const facts = Object.fromEntries(about.split(' ').map((pair) => pair.split('=') as [string, string]));
  const policy = parsePolicy(text, COOKBOOK);
  const attempts = Number(facts['attempts'] ?? 0);
  const diagnosis = proposed(policy.alternatives, diagnosisOf(facts), attempts);
  const at = Date.parse(facts['at'] ?? '2026-11-25T12:00:00Z');
  const lasted = facts['lasted'] === undefined ? undefined : parseDuration(facts['lasted']);
  const asked = {
    ...{ diagnosis, at, attemptsSoFar: attempts, unsupported: undefined },
    ...(lasted !== undefined && { lastedMs: lasted }),
  };
  // Each limit has been spent so often by others.
  const spending = decide(policy, asked).limits.map((limit) => {
    const others = Array.from({ length: Number(facts['spent'] ?? 0) }, (_, index) => ({
      ...{ key: `other-${index}`, at: at - 1_000, amount: limit.amount },
    }));
    return spend(limit, others, 'this', at).spending;
  });
  const decision = decide(policy, { ...asked, spending });

  const [, verdict, action, check, by] = /^(\w+)(?: (?!by )(\w+))?(?: \((.+?)\))?(?: by (.+))?$/.exec(expected) ?? [];
  const no = decision.reasons.find(({ allows }) => !allows);
  expect({ verdict: decision.verdict, because: no?.says }).toMatchObject({ verdict });
  if (action !== undefined) expect(decision.action.type).toBe(action);
  if (check !== undefined) expect(no?.check).toBe(check);
  if (by !== undefined) expect(approversText(decision.approvers)).toBe(by);
});

function diagnosisOf(facts: Record<string, string>): DiagnosisMade {
  const { repository = '', branch = 'main', environment = '', action = 'retry', cause = 'network' } = facts;
  const run = { pipelineId: `${repository}/ci`, platform: 'github', repository, runId: '42', attempt: 1 };
  return parseData('diagnosis.made', {
    ...{ incidentId: 'inc_1', run: { ...run, headSha: 'abc', branch, environment, name: 'ci', kind: 'run' } },
    ...{ cause, confidence: Number(facts['confidence']), transient: 0.9, action: { type: action, parameters: {} } },
    ...{ decidedBy: 'rule:docs', explanation: 'It failed.', fingerprint: 'fp_1', prior: 0.9 },
  }) as DiagnosisMade;
}
