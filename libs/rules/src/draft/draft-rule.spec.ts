import fc from 'fast-check';
import { builtinPacks, builtinPackTexts } from '../builtin.ts';
import { lintPacks } from '../lint/lint-packs.ts';
import { parseRulePack } from '../parse-pack.ts';
import { compilePattern } from '../pattern.ts';
import type { Sample } from './choose-line.ts';
import { type Draft, type DraftRequest, draftRule, suggestCause } from './draft-rule.ts';
import { generalise } from './generalise.ts';
import { takenIds } from './taken-ids.ts';

function samplesOf(...evidence: (string | string[])[]): Sample[] {
  return evidence.map((lines, index) => ({ incidentId: `inc_${index}`, evidence: [lines].flat() }));
}

function drafted(samples: Sample[], more: Partial<DraftRequest> = {}): Extract<Draft, { kind: 'drafted' }> {
  const draft = draftRule({ samples, cause: 'network', taken: new Set(), comment: [], ...more });
  if (draft.kind === 'impossible') throw new Error(draft.reason);
  return draft;
}

describe('a drafted rule', () => {
  it.each`
    lines                                                                                              | alike                                                | unlike
    ${['ERROR: seat 7 of licence pool exhausted', 'ERROR: seat 12 of licence pool exhausted']}         | ${'ERROR: seat 431 of licence pool exhausted'}       | ${'ERROR: seat 0 of licence pool exhausted soon'}
    ${['fatal: quux a1b2c3d4e5 not reachable', 'fatal: quux 0f9e8d7c6b not reachable']}                | ${'fatal: quux 77aa88bb99 not reachable'}            | ${'quux a1b2c3d4e5 reachable'}
    ${['Error: cannot open /home/a/x/store.db: locked', 'Error: cannot open /srv/b/store.db: locked']} | ${'Error: cannot open /var/lib/ci/store.db: locked'} | ${'cannot close /srv/b/store.db'}
    ${['error: could not reach (10.0.0.1:443) [proxy]']}                                               | ${'error: could not reach (192.168.7.3:80) [proxy]'} | ${'could reach (10.0.0.1:443) [proxy]'}
  `('of $lines matches $alike, not $unlike', ({ lines, alike, unlike }) => {
    const { pattern } = drafted(samplesOf(...(lines as string[])));
    const { test } = compilePattern(pattern);
    expect([...(lines as string[]).map(test), test(alike as string), test(unlike as string)]).toEqual([
      ...(lines as string[]).map(() => true),
      true,
      false,
    ]);
  });

  it('is a sound pack with a comment on top', () => {
    const lines = ["error: quux: can't lock 'a: b' # 1", "error: quux: can't lock 'a: b' # 22"];
    const { yaml, ruleId } = drafted(samplesOf(...lines), { comment: ['Drafted.', 'Two\nlines: one.'] });
    expect(yaml).toMatch(/^# Drafted\.\n# Two lines: one\.\n/);
    const [rule] = parseRulePack('drafted', yaml).rules;
    expect(rule).toMatchObject({
      ...{ id: ruleId, cause: 'network', action: { type: 'notify_human' }, confidence: 0.7, transient: 0.5 },
      examples: { match: lines, no_match: [] },
    });
    expect(lintPacks([], [{ name: 'drafted', yaml }])).toEqual([]);
  });

  it('has an id that is free', () => {
    const samples = samplesOf('error: the licence pool is exhausted');
    const { ruleId } = drafted(samples);
    expect(drafted(samples, { taken: new Set([ruleId, `${ruleId}-2`]) }).ruleId).toBe(`${ruleId}-3`);
  });

  it('is about what all failures share, and not about that something failed', () => {
    const first = ['Error: build failed', 'error: licence pool 1 exhausted', 'error: only here'];
    const { pattern } = drafted(samplesOf(first, ['Error: build failed', 'error: licence pool 22 exhausted']));
    expect(pattern).toContain('licence pool');
  });

  it.each`
    samples                                                                    | reason
    ${[]}                                                                      | ${'no failures with evidence'}
    ${samplesOf('error: one thing happened', 'fatal: quite another went off')} | ${'share no line'}
    ${samplesOf('Done in 3.21s.')}                                             | ${'share no line'}
    ${samplesOf('Tests: 12 passed, 12 total')}                                 | ${'share no line'}
    ${samplesOf('Error: the build failed')}                                    | ${'share no line'}
    ${samplesOf('See the log for details: error')}                             | ${'share no line'}
    ${samplesOf('error: 7')}                                                   | ${'share no line'}
    ${samplesOf('Process completed with exit code 1.')}                        | ${'share no line'}
  `('is not written from $samples', ({ samples, reason }) => {
    const draft = draftRule({ samples: samples as Sample[], cause: 'network', taken: new Set(), comment: [] });
    expect(draft).toEqual({ kind: 'impossible', reason: expect.stringContaining(reason as string) });
  });

  it('comes out as a sound pack whatever the lines hold, or not at all', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('error:', 'failed', "can't", '7', '/a/b/c', '"'),
    );
    const line = fc.array(word, { maxLength: 12 }).map((words) => `error: licence exhausted ${words.join(' ')}`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const samples = samplesOf(...lines);
        const draft = draftRule({ samples, cause: 'network', taken: new Set(), comment: lines });
        if (draft.kind === 'impossible') return;
        const [rule] = parseRulePack('drafted', draft.yaml).rules;
        const { test } = compilePattern(draft.pattern);
        expect(rule?.match.log).toEqual([draft.pattern]);
        for (const example of rule?.examples.match ?? []) expect(test(String(example))).toBe(true);
      }),
    );
  });
});

describe('generalise', () => {
  it('gives a pattern that matches every line that it was made of', () => {
    const part = fc.constantFrom(
      'pool',
      'a1',
      '42',
      '2026-11-02T08:00:00Z',
      '/srv/x/y.db',
      '10.0.0.1',
      '(x)',
      '[y]',
      '  ',
    );
    const line = fc.array(part, { maxLength: 8 }).map((parts) => `fatal: quux licence ${parts.join(' ')}`);
    let made = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const found = generalise(lines);
        if (found === undefined) return;
        made += 1;
        const { test } = compilePattern(found.pattern);
        expect(lines.every((each) => test(each))).toBe(true);
      }),
    );
    expect(made).toBeGreaterThan(50);
  });
});

describe('takenIds', () => {
  it('knows all built-in ones', () => {
    const ids = builtinPacks().flatMap(({ rules }) => rules.map(({ id }) => id));
    expect(takenIds(builtinPackTexts())).toEqual(new Set(ids));
  });

  it.each`
    yaml                                             | ids
    ${'rules: [{ id: a }, { id: b, cause: wrong }]'} | ${['a', 'b']}
    ${'rules: [7, { id: 7 }, { id: c }]'}            | ${['c']}
    ${'rules: 7'}                                    | ${[]}
    ${''}                                            | ${[]}
    ${'rules: ['}                                    | ${[]}
  `('finds $ids in $yaml', ({ yaml, ids }) => {
    expect([...takenIds([{ name: 'own', yaml: yaml as string }])]).toEqual(ids);
  });
});

describe('suggestCause', () => {
  it.each`
    considered                                                                                                             | cause
    ${[]}                                                                                                                  | ${undefined}
    ${[[{ cause: 'unknown', confidence: 0.9 }], [{ cause: 'network', confidence: 0 }]]}                                    | ${undefined}
    ${[[{ cause: 'oom', confidence: 0.4 }], [{ cause: 'crash', confidence: 0.3 }], [{ cause: 'crash', confidence: 0.3 }]]} | ${'crash'}
    ${[[{ cause: 'oom', confidence: 0.3 }, { cause: 'crash', confidence: 0.3 }]]} | ${'crash'}
  `('of $considered suggests $cause', ({ considered, cause }) => {
    expect(suggestCause(considered as Parameters<typeof suggestCause>[0])).toBe(cause);
  });
});
