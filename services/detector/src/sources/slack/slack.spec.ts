import { ContractViolation } from '@prunella/contracts';
import { ProblemException } from '@prunella/service-kit';
import { pressButton, signedBySlack } from '@prunella/testing';
import fc from 'fast-check';
import { slack } from './index.ts';
import { interaction } from './interaction.ts';
import { verifySignature } from './signature.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const NOW = Date.UTC(2026, 0, 1);

const value = JSON.stringify({ incident: 'inc_1', attempt: 2, action: 'rollback' });
const message = {
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: 'rollback?' } },
    {
      type: 'actions',
      elements: [
        { type: 'button', action_id: 'prunella_approve', text: { type: 'plain_text', text: 'Approve' }, value },
        { type: 'button', action_id: 'prunella_reject', text: { type: 'plain_text', text: 'Reject' }, value },
        { type: 'button', action_id: 'theirs', text: { type: 'plain_text', text: 'Other' } },
      ],
    },
  ],
};
const responseUrl = 'https://hooks.slack.com/actions/T1/2/3';
const press = (text = 'Approve', user = { id: 'U123', username: 'ada' }) =>
  pressButton(message, text, { user, secret: SECRET, responseUrl, at: NOW });

function statusOf(work: () => unknown): { status: number; field?: string | undefined; detail: string } {
  try {
    return { status: 0, detail: JSON.stringify(work()) };
  } catch (error) {
    if (error instanceof ProblemException) return error.problem;
    if (error instanceof ContractViolation) return { status: 400, field: error.field, detail: error.message };
    throw error;
  }
}

describe('the signature', () => {
  const { body, headers } = signedBySlack('payload=%7B%7D', SECRET, NOW);
  const without = (name: string) => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
  const hex = headers['x-slack-signature']?.slice(3) ?? '';

  it.each`
    what                    | secret       | insecure | given                                                                  | bytes         | minutes | status | says
    ${'as it is'}           | ${SECRET}    | ${false} | ${headers}                                                             | ${body}       | ${0}    | ${0}   | ${''}
    ${'a little old'}       | ${SECRET}    | ${false} | ${headers}                                                             | ${body}       | ${5}    | ${0}   | ${''}
    ${'recorded'}           | ${SECRET}    | ${false} | ${headers}                                                             | ${body}       | ${5.1}  | ${401} | ${'X-Slack-Request-Timestamp'}
    ${'from the future'}    | ${SECRET}    | ${false} | ${headers}                                                             | ${body}       | ${-5.1} | ${401} | ${'X-Slack-Request-Timestamp'}
    ${'another secret'}     | ${'other'}   | ${false} | ${headers}                                                             | ${body}       | ${0}    | ${401} | ${'does not fit'}
    ${'another body'}       | ${SECRET}    | ${false} | ${headers}                                                             | ${`${body}x`} | ${0}    | ${401} | ${'does not fit'}
    ${'no body'}            | ${SECRET}    | ${false} | ${headers}                                                             | ${''}         | ${0}    | ${401} | ${'does not fit'}
    ${'another time'}       | ${SECRET}    | ${false} | ${{ ...headers, 'x-slack-request-timestamp': String(NOW / 1000 + 1) }} | ${body}       | ${0}    | ${401} | ${'does not fit'}
    ${'no time'}            | ${SECRET}    | ${false} | ${without('x-slack-request-timestamp')}                                | ${body}       | ${0}    | ${401} | ${'X-Slack-Request-Timestamp'}
    ${'a time in words'}    | ${SECRET}    | ${false} | ${{ ...headers, 'x-slack-request-timestamp': 'now' }}                  | ${body}       | ${0}    | ${401} | ${'X-Slack-Request-Timestamp'}
    ${'no signature'}       | ${SECRET}    | ${false} | ${without('x-slack-signature')}                                        | ${body}       | ${0}    | ${401} | ${'X-Slack-Signature'}
    ${'an empty one'}       | ${SECRET}    | ${false} | ${{ ...headers, 'x-slack-signature': '' }}                             | ${body}       | ${0}    | ${401} | ${'X-Slack-Signature'}
    ${'half of one'}        | ${SECRET}    | ${false} | ${{ ...headers, 'x-slack-signature': `v0=${hex.slice(1)}` }}           | ${body}       | ${0}    | ${401} | ${'does not fit'}
    ${'another version'}    | ${SECRET}    | ${false} | ${{ ...headers, 'x-slack-signature': `v1=${hex}` }}                    | ${body}       | ${0}    | ${401} | ${'does not fit'}
    ${'signs in umlauts'}   | ${SECRET}    | ${false} | ${{ ...headers, 'x-slack-signature': 'ü'.repeat(67) }}                 | ${body}       | ${0}    | ${401} | ${'does not fit'}
    ${'no secret'}          | ${undefined} | ${false} | ${headers}                                                             | ${body}       | ${0}    | ${401} | ${'SLACK_SIGNING_SECRET is not set'}
    ${'no secret, allowed'} | ${undefined} | ${true}  | ${{}}                                                                  | ${body}       | ${0}    | ${0}   | ${''}
    ${'a secret, allowed'}  | ${SECRET}    | ${true}  | ${{}}                                                                  | ${body}       | ${0}    | ${401} | ${'X-Slack-Request-Timestamp'}
  `('$what: $status', ({ secret, insecure, given, bytes, minutes, status, says }) => {
    const delivery = { headers: given, query: new URLSearchParams(), body: Buffer.from(bytes) };
    const environment = { SLACK_SIGNING_SECRET: secret, PRUNELLA_INSECURE_WEBHOOKS: insecure };
    const found = statusOf(() => verifySignature(delivery, environment, NOW + minutes * 60_000));
    expect(found.status).toBe(status);
    if (status !== 0) expect(found.detail).toContain(says);
    expect(found.detail ?? '').not.toContain(SECRET);
  });
});

describe('a pressed button', () => {
  it.each`
    text         | approved
    ${'Approve'} | ${true}
    ${'Reject'}  | ${false}
  `('$text is an answer of whoever Slack says it was', ({ text, approved }) => {
    const { body } = press(text);
    const heard = slack.read({ headers: {}, query: new URLSearchParams(), body: Buffer.from(body) }, () => 'fresh');
    expect(heard).toMatchObject({
      kind: 'reports',
      replyTo: responseUrl,
      reports: [
        {
          subject: 'action.approved',
          id: expect.stringMatching(approved ? /^inc_1\/2\/answer\/.*\/yes$/ : /^inc_1\/2\/answer\/.*\/no$/),
          source: 'slack',
          time: '2026-01-01T00:00:00.000Z',
          data: { incidentId: 'inc_1', attempt: 2, action: 'rollback', approved, by: 'slack:ada (U123)', reason: '' },
        },
      ],
    });
  });

  it('is the same answer when it is delivered or pressed again, and another one of somebody else', () => {
    const id = (user: { id: string; username: string }) => {
      const heard = interaction(Buffer.from(press('Approve', user).body));
      return heard.kind === 'reports' && heard.reports[0].id;
    };
    expect(id({ id: 'U1', username: 'renamed' })).toBe(id({ id: 'U1', username: 'ada' }));
    expect(id({ id: 'U2', username: 'ada' })).not.toBe(id({ id: 'U1', username: 'ada' }));
  });

  it('of somebody else is not for us', () => {
    expect(interaction(Buffer.from(press('Other').body))).toMatchObject({ kind: 'ignored' });
    const shortcut = new URLSearchParams({ payload: JSON.stringify({ type: 'view_submission' }) });
    expect(interaction(Buffer.from(String(shortcut)))).toMatchObject({ kind: 'ignored' });
  });
});

describe('a payload that is broken', () => {
  const whole = JSON.parse(new URLSearchParams(press().body).get('payload') ?? '') as Record<string, unknown>;
  const [action] = whole['actions'] as Record<string, unknown>[];
  const form = (payload: unknown) =>
    Buffer.from(
      new URLSearchParams({ payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }).toString(),
    );
  const DEEP = `${'['.repeat(900)}${']'.repeat(900)}`;
  const about = (changes: object) => ({
    ...whole,
    actions: [{ ...action, value: JSON.stringify({ incident: 'inc_1', attempt: 1, action: 'retry', ...changes }) }],
  });

  it.each`
    body                                                                      | field
    ${Buffer.alloc(0)}                                                        | ${'payload'}
    ${Buffer.from('other=1')}                                                 | ${'payload'}
    ${Buffer.from(JSON.stringify(whole))}                                     | ${'payload'}
    ${form('{')}                                                              | ${'payload'}
    ${form(DEEP)}                                                             | ${'payload'}
    ${form('[]')}                                                             | ${undefined}
    ${form('null')}                                                           | ${undefined}
    ${form({})}                                                               | ${'type'}
    ${form({ ...whole, type: 5 })}                                            | ${'type'}
    ${form({ ...whole, user: undefined })}                                    | ${'user'}
    ${form({ ...whole, user: { username: 'ada' } })}                          | ${'user.id'}
    ${form({ ...whole, user: { id: 'u 1', username: 'ada' } })}               | ${'user.id'}
    ${form({ ...whole, user: { id: 'U1', username: 7 } })}                    | ${'user.username'}
    ${form({ ...whole, user: { id: 'U1', username: 'x'.repeat(161) } })}      | ${'user.username'}
    ${form({ ...whole, response_url: 'not an address' })}                     | ${'response_url'}
    ${form({ ...whole, response_url: 5 })}                                    | ${'response_url'}
    ${form({ ...whole, actions: undefined })}                                 | ${'actions'}
    ${form({ ...whole, actions: [] })}                                        | ${'actions'}
    ${form({ ...whole, actions: [{ ...action, action_id: 1 }] })}             | ${'actions.0.action_id'}
    ${form({ ...whole, actions: [{ ...action, value: undefined }] })}         | ${'actions.0.value'}
    ${form({ ...whole, actions: [{ ...action, value: 'x' }] })}               | ${'actions.0.value'}
    ${form({ ...whole, actions: [{ ...action, value: 'null' }] })}            | ${'actions.0.value'}
    ${form({ ...whole, actions: [{ ...action, value: DEEP }] })}              | ${'actions.0.value'}
    ${form({ ...whole, actions: [{ ...action, value: 'x'.repeat(2_001) }] })} | ${'actions.0.value'}
    ${form(about({ incident: '' }))}                                          | ${'actions.0.value.incident'}
    ${form(about({ incident: 'x'.repeat(129) }))}                             | ${'actions.0.value.incident'}
    ${form(about({ attempt: 0 }))}                                            | ${'actions.0.value.attempt'}
    ${form(about({ attempt: 1.5 }))}                                          | ${'actions.0.value.attempt'}
    ${form(about({ attempt: undefined }))}                                    | ${'actions.0.value.attempt'}
    ${form(about({ action: 'destroy' }))}                                     | ${'actions.0.value.action'}
  `('names $field', ({ body, field }) => {
    expect(statusOf(() => interaction(body))).toMatchObject({ status: 400, ...(field && { field }) });
  });

  it('of any kind is refused or read, never a mistake of ours', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map(form),
      fc
        .record({ type: fc.constant('block_actions'), user: fc.anything(), actions: fc.anything() })
        .map((it) => form(JSON.stringify(it) ?? '')),
    );
    fc.assert(
      fc.property(any, (body) => {
        expect([0, 400]).toContain(statusOf(() => interaction(body)).status);
      }),
    );
  });
});
