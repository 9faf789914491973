import { actionTypes, parseData } from '@prunella/contracts';
import { answerId, SLACK_BUTTONS, slackPerson } from '@prunella/core';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { jsonOf } from '../body.ts';
import type { Heard } from '../source.ts';

const Interaction = z.looseObject({ type: z.string().min(1).max(64) });

/** Of a pressed button, what we use. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const Pressed = z.looseObject({
  user: z.looseObject({
    id: z.string().regex(/^[A-Z0-9]{1,64}$/, { error: 'expected the id of a person in Slack' }),
    username: z.string().max(160).default(''),
  }),
  response_url: z.url().max(2_048).optional(),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string().max(255),
        value: z.string().max(2_000).optional(),
        action_ts: z.unknown(),
      }),
    )
    .min(1),
});

const About = z.looseObject({
  incident: z.string().min(1).max(128),
  attempt: z.int().min(1).max(100_000),
  action: z.enum(actionTypes, { error: `expected one of ${actionTypes.join(', ')}` }),
});

/** `payload=<JSON>`, as Slack posts what people do in a message. @throws ProblemException (400) naming the field. */
export function interaction(body: Buffer): Heard {
  const payload = payloadOf(body);
  const { type } = parseInput(Interaction, payload);
  if (type !== 'block_actions') {
    return ignored(`${type.slice(0, 80)} is no button that was pressed; expected block_actions`);
  }
  const { user, response_url: address, actions } = parseInput(Pressed, payload);
  const index = actions.findIndex(({ action_id: id }) => id === SLACK_BUTTONS.approve || id === SLACK_BUTTONS.reject);
  const pressed = actions[index];
  if (pressed === undefined) return ignored('none of these buttons is ours');
  const about = aboutOf(pressed.value, `actions.${index}.value`);
  const approved = pressed.action_id === SLACK_BUTTONS.approve;
  const by = slackPerson(user.username, user.id);
  const { incident: incidentId, attempt, action } = about;
  const at = timeOf(pressed.action_ts);
  return {
    kind: 'reports',
    reports: [
      {
        subject: 'action.approved',
        id: answerId({ incidentId, attempt, by, approved }),
        source: 'slack',
        ...(at !== undefined && { time: at }),
        data: parseData('action.approved', { incidentId, attempt, action, approved, by, ...(at && { at }) }),
      },
    ],
    ...(address !== undefined && { replyTo: address }),
  };
}

function payloadOf(body: Buffer): unknown {
  const text = new URLSearchParams(body.toString('utf8')).get('payload');
  if (text === null || text === '') throw badRequest('payload', 'payload: expected a form with a payload, found none');
  return jsonOf(Buffer.from(text), 'payload');
}

function aboutOf(value: string | undefined, field: string): z.infer<typeof About> {
  if (value === undefined) throw badRequest(field, `${field}: expected what the button is about, found nothing`);
  const result = About.safeParse(jsonOf(Buffer.from(value), field));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [field, ...(issue?.path ?? [])].join('.');
  throw badRequest(path, `${path}: ${issue?.message ?? 'is not valid'}`);
}

/** Slack's seconds with a fraction, as text; undefined: it is none. */
function timeOf(seconds: unknown): string | undefined {
  if (typeof seconds !== 'string' || !/^\d{9,11}(\.\d+)?$/.test(seconds)) return undefined;
  return new Date(Math.round(Number(seconds) * 1_000)).toISOString();
}

function ignored(reason: string): Heard {
  return { kind: 'ignored', reason };
}
