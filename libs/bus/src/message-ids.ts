import { createHmac, randomBytes } from 'node:crypto';
import { type Envelope, messageId } from '@prunella/contracts';
import type { JsonBucket } from './kv.ts';
import { refusalOf, refused } from './refusal.ts';

/** What a value of `prunella_message_ids` says. */
export interface InstallationSecret {
  secret: string;
}

/** The one key of that bucket. */
const KEY = 'secret';
const SECRET_BYTES = 32;

const MADE_BY =
  'give its user the permissions of this version (`prunella nats permissions`), and run `prunella nats provision` as a user that may (docs/guide/nats.md)';

/** The id (`Nats-Msg-Id`) of an event that is published, by which the stream recognises it when it is published again. */
export type MessageIds = (event: Pick<Envelope, 'subject' | 'source' | 'id'>) => string;

/**
 * Ids that nobody can know before who does not know the secret: on a stream where others publish as well, whoever knew one could take it first, and the event would be taken for a duplicate (ADR 0051).
 * The subject is part of it: a service can be led to publish with an id and source of somebody's choice, but not on another one's subject.
 */
export function messageIds(secret: string): MessageIds {
  return (event) =>
    createHmac('sha256', secret)
      .update(`${event.subject} ${messageId(event)}`)
      .digest('base64url');
}

/**
 * The secret of this installation, made where there is none. Whoever come at once all get the same.
 *
 * @throws ConfigError when there is none and this user may not make it; ForeignValue when somebody else wrote there; UnreachableError when NATS stays away.
 */
export async function secretOf(open: () => Promise<JsonBucket<InstallationSecret>>): Promise<string> {
  try {
    const bucket = await open();
    for (;;) {
      const found = await bucket.get(KEY);
      if (found !== undefined) return found.value.secret;
      await bucket.create(KEY, { secret: randomBytes(SECRET_BYTES).toString('base64url') });
    }
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) throw refused("the secret of message ids can't be read, or made", refusal, MADE_BY);
    throw error;
  }
}
