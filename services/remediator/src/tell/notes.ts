import type { ActionStatus } from '@prunella/contracts';
import { GIVE_UP_AFTER_MS } from '@prunella/decision';
import type { Notifiable } from '@prunella/policy';
import { answerBy, asked, NOTE, type Order, questionKey } from '../order.ts';
import type { RemediateDeps } from '../remediate-deps.ts';

export type TellDeps = Pick<RemediateDeps, 'clock' | 'timers' | 'policy' | 'isHeard'>;

/** That nobody answered is told beside what was asked. */
const EXPIRED_NOTE = `.expired${NOTE}`;

/** A note to humans beside the action, where the policy wants to hear of such things. */
export async function tell(order: Order, status: ActionStatus, d: TellDeps): Promise<void> {
  const channel = status === 'executed' && d.isHeard ? channelOf(order) : undefined;
  if (channel === undefined && !isWanted(status as Notifiable, d)) return;
  const note = noteOf(order, `${order.key}${NOTE}`, d, channel);
  await setNote(note, note.dueAt + GIVE_UP_AFTER_MS, d);
}

/** The question whether an order may be carried out, to whoever is to hear of questions. */
export async function tellQuestion(order: Order, d: TellDeps): Promise<void> {
  if (!isWanted('requested', d)) return;
  const note = noteOf(asked(order), questionKey(order), d);
  // Later there is nothing to ask for any more.
  await setNote(note, Math.min(note.dueAt + GIVE_UP_AFTER_MS, answerBy(order)), d);
}

/** Whoever was asked, or wants to hear of what is refused, hears that nobody answered. */
export async function tellExpired(order: Order, d: TellDeps): Promise<void> {
  if (!isWanted('requested', d) && !isWanted('rejected', d)) return;
  const note = noteOf(order, `${order.key}${EXPIRED_NOTE}`, d);
  await setNote(note, note.dueAt + GIVE_UP_AFTER_MS, d);
}

/** Whether people are to be told of such things, and can be. What nobody would hear takes no timer and no claim. */
export function isWanted(what: Notifiable, { policy, isHeard }: TellDeps): boolean {
  return isHeard && policy.notify.on.includes(what);
}

export function isNote(order: Order): boolean {
  return order.key.endsWith(NOTE);
}

/** Telling people is always allowed, whatever the risk of what they are told of. */
function noteOf(order: Order, key: string, { clock }: TellDeps, channel?: string): Order {
  const now = clock.now();
  const action: Order['action'] = { type: 'notify_human', parameters: channel === undefined ? {} : { channel } };
  return { ...order, key, action, risk: 'free', decidedAt: now, dueAt: now };
}

async function setNote(order: Order, giveUpAt: number, d: TellDeps): Promise<void> {
  await d.timers.set({ kind: 'act', dueAt: order.dueAt, giveUpAt, order, failures: 0 });
}

/** Where a rule wants it to be told that its action was done, e.g. `#flaky-tests`; undefined: it is a matter of the policy. */
function channelOf({ action }: Order): string | undefined {
  const { notify } = action.parameters;
  return typeof notify === 'string' && notify !== '' ? notify : undefined;
}
