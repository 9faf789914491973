import { orderFor } from '../order.fixture.ts';
import { replyOf } from './reply.ts';

const order = orderFor({ verdict: 'asking', approvers: { by: ['ada', 'bob'], quorum: 2 } });

it.each`
  kind             | instead  | buttons
  ${'approved'}    | ${true}  | ${false}
  ${'rejected'}    | ${true}  | ${false}
  ${'too-late'}    | ${true}  | ${false}
  ${'waiting'}     | ${true}  | ${true}
  ${'not-allowed'} | ${false} | ${false}
  ${'not-asked'}   | ${false} | ${false}
`('$kind: replaces the question $instead, with buttons $buttons', ({ kind, instead, buttons }) => {
  const reply = replyOf({ kind, says: 'so it is', order }, 'http://console/');
  expect(reply.says).toBe('so it is');
  expect(reply.instead !== undefined).toBe(instead);
  expect(reply.instead?.approval !== undefined).toBe(buttons);
});

it('asks again for what is still missing as it was asked first', () => {
  expect(replyOf({ kind: 'waiting', says: '', order }, 'http://console/').instead).toMatchObject({
    title: 'retry? acme/shop ci failed: network',
    link: 'http://console/incidents/inc_1',
    facts: expect.arrayContaining([
      { name: 'would do', value: 'retry' },
      { name: 'who may answer', value: '2 of ada, bob' },
      { name: 'until', value: '1970-01-01T01:00:00.000Z' },
    ]),
    evidence: [{ line: 12, text: 'connect ETIMEDOUT' }],
    approval: {
      incidentId: 'inc_1',
      attempt: 1,
      action: 'retry',
      by: '2 of ada, bob',
      expiresAt: '1970-01-01T01:00:00.000Z',
      answerUrl: 'http://console/v1/approvals/inc_1',
    },
  });
});
