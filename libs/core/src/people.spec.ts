import { answerId, identityOf, isSlackPerson, slackPerson } from './people.ts';

it.each`
  by                                         | identity
  ${'ada'}                                   | ${'ada'}
  ${' Ada@ACME.com '}                        | ${'ada@acme.com'}
  ${slackPerson('ada', 'U123')}              | ${'slack:u123'}
  ${slackPerson('eve (U123)', 'U666')}       | ${'slack:u666'}
  ${slackPerson('U123 (U123)\n(x)', 'U666')} | ${'slack:u666'}
  ${'slack:U123'}                            | ${'slack:u123'}
`('$by is $identity', ({ by, identity }) => {
  expect(identityOf(by)).toBe(identity);
});

it.each`
  by                            | slack
  ${slackPerson('ada', 'U123')} | ${true}
  ${' SLACK:U123'}              | ${true}
  ${'ada'}                      | ${false}
  ${'not slack: at all'}        | ${false}
`('$by speaks for Slack: $slack', ({ by, slack }) => {
  expect(isSlackPerson(by)).toBe(slack);
});

it('gives the same answer of the same person one id, whatever they call themselves', () => {
  const answer = { incidentId: 'inc_1', attempt: 1, approved: true, by: slackPerson('ada', 'U123') };
  expect(answerId({ ...answer, by: slackPerson('lovelace', 'U123') })).toBe(answerId(answer));
  const others = [
    { ...answer, approved: false },
    { ...answer, attempt: 2 },
    { ...answer, incidentId: 'inc_2' },
    { ...answer, by: slackPerson('ada', 'U124') },
  ];
  expect(new Set([answer, ...others].map(answerId)).size).toBe(5);
});
