import { identityOf, slackPerson } from '@prunella/core';
import fc from 'fast-check';
import { type Answer, type Approvers, anybody, approversFor, approversText, mayAnswer, tally } from './approval.ts';
import { parsePolicy } from './parse-policy.ts';

const yes = (by: string): Answer => ({ by, approved: true, reason: '' });
const no = (by: string): Answer => ({ by, approved: false, reason: '' });

it.each`
  by                                   | list                | may
  ${'ada'}                             | ${[]}               | ${true}
  ${'ada'}                             | ${['ada']}          | ${true}
  ${'Ada '}                            | ${['ada']}          | ${true}
  ${'ada'}                             | ${['bob', 'ada']}   | ${true}
  ${'bob'}                             | ${['ada']}          | ${false}
  ${'ada@acme.com'}                    | ${['*@acme.com']}   | ${true}
  ${'ada@acme.com.evil'}               | ${['*@acme.com']}   | ${false}
  ${slackPerson('ada', 'U123')}        | ${['slack:U123*']}  | ${true}
  ${slackPerson('ada', 'U123')}        | ${['slack:*']}      | ${true}
  ${slackPerson('ada', 'U123')}        | ${['ada']}          | ${false}
  ${slackPerson('ada', 'U123')}        | ${['slack:ada']}    | ${false}
  ${slackPerson('x@acme.com', 'U666')} | ${['*@acme.com']}   | ${false}
  ${slackPerson('U123', 'U666')}       | ${['slack:U123*']}  | ${false}
  ${slackPerson('a (U123)', 'U666')}   | ${['slack:*U123*']} | ${false}
`('$by may answer where $list are asked: $may', ({ by, list, may }) => {
  expect(mayAnswer(by, { by: list, quorum: 1 })).toBe(may);
});

it.each<[string, Answer[], Partial<Approvers>, string]>([
  ['nobody', [], {}, 'waiting for 1'],
  ['one yes', [yes('ada')], {}, 'approved by ada'],
  ['one no', [no('ada')], {}, 'rejected by ada'],
  ['a yes of somebody else', [yes('eve')], { by: ['ada'] }, 'waiting for 1'],
  ['a no of somebody else', [no('eve')], { by: ['ada'] }, 'waiting for 1'],
  ['one of two', [yes('ada')], { quorum: 2 }, 'waiting for 1'],
  ['the same one twice', [yes('ada'), yes('ADA')], { quorum: 2 }, 'waiting for 1'],
  [
    'the same one in Slack under two names',
    [yes(slackPerson('ada', 'U1')), yes(slackPerson('bob', 'U1'))],
    { quorum: 2 },
    'waiting for 1',
  ],
  ['two of two', [yes('ada'), yes('bob')], { quorum: 2 }, 'approved by ada, bob'],
  ['two, one of whom may', [yes('ada'), yes('eve')], { by: ['ada', 'bob'], quorum: 2 }, 'waiting for 1'],
  ['a no among enough', [yes('ada'), no('bob'), yes('cy')], { quorum: 2 }, 'rejected by bob'],
  ['somebody who changed their mind', [yes('ada'), no('ada')], {}, 'rejected by ada'],
  ['a request without a number', [], { quorum: 0 }, 'waiting for 1'],
])('%s', (_, answers, approvers, expected) => {
  const result = tally(answers, { ...anybody, ...approvers });
  const text = {
    approved: () => `approved by ${result.kind === 'approved' && result.by.map(({ by }) => by).join(', ')}`,
    rejected: () => `rejected by ${result.kind === 'rejected' && result.by.by}`,
    waiting: () => `waiting for ${result.kind === 'waiting' && result.missing}`,
  };
  expect(text[result.kind]()).toBe(expected);
});

describe('whatever is answered', () => {
  const people = ['ada', 'Ada', 'bob', 'eve@acme.com', slackPerson('ada', 'U1'), slackPerson('eve', 'U1')];
  const answers = fc.array(
    fc.record({ by: fc.constantFrom(...people), approved: fc.boolean(), reason: fc.constant('') }),
    { maxLength: 12 },
  );
  const approvers = fc.record({
    by: fc.subarray(['ada', 'b*', '*@acme.com', 'slack:U1', 'nobody']),
    quorum: fc.integer({ min: 1, max: 5 }),
  });

  it('is approved only by enough different people who may, and never against one who may', () => {
    fc.assert(
      fc.property(answers, approvers, (given, who) => {
        const counted = given.filter(({ by }) => mayAnswer(by, who));
        const yeses = new Set(counted.filter(({ approved }) => approved).map(({ by }) => identityOf(by)));
        const rejected = counted.some(({ approved }) => !approved);
        const expected = rejected ? 'rejected' : yeses.size >= who.quorum ? 'approved' : 'waiting';
        expect(tally(given, who).kind).toBe(expected);
      }),
    );
  });

  it('comes to the same in any order, and however often it is told', () => {
    const shuffled = answers.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray([...given, ...given], { minLength: given.length * 2, maxLength: given.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, approvers, ([given, again], who) => {
        expect(tally(again, who).kind).toBe(tally(given, who).kind);
      }),
    );
  });
});

describe('in prunella.yaml', () => {
  const run = {
    pipelineId: 'acme/shop/ci',
    platform: 'github',
    repository: 'acme/shop',
    runId: '1',
    attempt: 1,
    headSha: '',
    branch: 'main',
    environment: '',
    url: '',
    name: 'ci',
    kind: 'run' as const,
  };

  it('asks those of the first entry that matches; without one, anybody', () => {
    const { approvals } = parsePolicy(`version: 1
approvals:
  - { match: { action: rollback }, by: [ada, bob], quorum: 2 }
  - { match: { repository: acme/* }, by: ["slack:U1"] }
`);
    const asked = (action: 'rollback' | 'retry', repository = 'acme/shop') =>
      approversText(approversFor(approvals, { run: { ...run, repository }, action, cause: 'network' }));
    expect([asked('rollback'), asked('retry'), asked('retry', 'other/shop')]).toEqual([
      '2 of ada, bob',
      'slack:U1',
      'anybody',
    ]);
  });

  it.each`
    entry                                             | path
    ${'{ match: { branch: main } }'}                  | ${'approvals[0].by'}
    ${'{ match: { branch: main }, by: [] }'}          | ${'approvals[0].by'}
    ${'{ match: { branch: main }, by: [""] }'}        | ${'approvals[0].by[0]'}
    ${'{ match: {}, by: [a] }'}                       | ${'approvals[0].match'}
    ${'{ by: [a] }'}                                  | ${'approvals[0].match'}
    ${'{ match: { branch: a }, by: [a], quorum: 0 }'} | ${'approvals[0].quorum'}
    ${'{ match: { branch: a }, by: [a], quorum: 6 }'} | ${'approvals[0].quorum'}
    ${'{ match: { branch: a }, by: [a], quorm: 2 }'}  | ${'approvals[0].quorm'}
  `('$entry is wrong at $path', ({ entry, path }) => {
    expect(() => parsePolicy(`version: 1\napprovals: [${entry}]\n`)).toThrow(path);
  });
});
