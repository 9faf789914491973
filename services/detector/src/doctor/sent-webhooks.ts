import type { CiPlatform } from '@prunella/ci';
import { bad, type Finding, note, ok, type SentWebhooks } from '@prunella/core';

/** What became of the webhooks that a platform says it sent us. None: it does not say. */
export async function sentWebhookFindings(
  { id, sentWebhooks }: Pick<CiPlatform, 'id' | 'sentWebhooks'>,
  places: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  for (const place of places) {
    const sent = await sentWebhooks?.(place, signal);
    if (sent !== undefined) return [findingOf(id, sent)];
  }
  return [];
}

/** Pure. */
export function findingOf(platform: string, { sent, failed, failure }: SentWebhooks): Finding {
  const name = `${platform} deliveries`;
  if (sent === 0)
    return note(name, 'none was sent yet', 'let a workflow run, or send a ping from the page of the webhook');
  if (failure === undefined) return ok(name, `the last ${sent} arrived`);
  const found = `${failed} of the last ${sent} failed, the newest at ${failure.at}: ${failure.says}`;
  const mend = 'look at the page of the webhook (Recent deliveries), mend the way or the secret, and redeliver';
  return failed === sent
    ? bad(name, found, mend, 'docs/guide/github.md')
    : note(name, found, mend, 'docs/guide/github.md');
}
