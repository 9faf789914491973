import { stableId } from './ids.ts';

const SLACK = 'slack:';
const SLACK_PERSON = /^slack:.* \(([A-Z0-9]{1,64})\)$/s;

/** How somebody who pressed a button in Slack is named: `slack:ada (U123)`. Only the id is theirs; the name is what they call themselves. */
export function slackPerson(name: string, id: string): string {
  return `${SLACK}${name} (${id})`;
}

/** Whether a name says that Slack vouches for it; nobody else may take such a name. */
export function isSlackPerson(by: string): boolean {
  return by.trim().toLowerCase().startsWith(SLACK);
}

/**
 * By what somebody is told from others and looked up in a list: `slack:u123` for people in Slack, whatever they call themselves; the
 * name for everybody else. In small letters.
 */
export function identityOf(by: string): string {
  const id = SLACK_PERSON.exec(by)?.[1];
  return (id === undefined ? by.trim() : `${SLACK}${id}`).toLowerCase();
}

/** The id of the event that says somebody's answer to a request: the same answer of the same person is the same event. */
export function answerId(answer: { incidentId: string; attempt: number; by: string; approved: boolean }): string {
  const { incidentId, attempt, by, approved } = answer;
  return `${incidentId}/${attempt}/answer/${stableId('by', identityOf(by))}/${approved ? 'yes' : 'no'}`;
}

/** The key under which it is kept where somebody wants to be told what became of their answer. Safe as a NATS KV key. */
export function replyKey(answer: string): string {
  return stableId('reply', answer);
}
