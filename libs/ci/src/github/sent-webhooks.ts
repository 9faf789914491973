import { ProviderError, type SentWebhooks } from '@prunella/core';
import type { Connection } from './connection.ts';
import { provided } from './errors.ts';

/** The newest of them tell enough. */
const MOST = 30;
/** A repository may have several; ours is one of the first. */
const MOST_HOOKS = 30;
/** Where our detector takes GitHub's webhooks. */
const OUR_PATH = /\/webhooks\/github\/?$/;

interface Sent {
  delivered_at: string;
  status: string;
  status_code: number;
}

/**
 * What became of the webhooks that GitHub sent us lately: those of our App, or of the hook of this repository that leads to us. undefined: our
 * credentials may not see that, or there is no such hook. Throws ProviderError.
 */
export async function sentWebhooks(
  connection: Connection,
  place: string,
  signal: AbortSignal,
): Promise<SentWebhooks | undefined> {
  try {
    const sent =
      connection.asApp === undefined
        ? await ofRepository(connection, place, signal)
        : await ofApp(connection.asApp, signal);
    return sent && summed(sent);
  } catch (error) {
    if (error instanceof ProviderError && (error.problem === 'forbidden' || error.problem === 'not-found'))
      return undefined;
    throw error;
  }
}

async function ofApp(asApp: NonNullable<Connection['asApp']>, signal: AbortSignal): Promise<readonly Sent[]> {
  const { data } = await asApp('list the webhooks of the App', (client, headers) =>
    client.rest.apps.listWebhookDeliveries({ headers, per_page: MOST, request: { signal } }),
  );
  return data;
}

async function ofRepository(
  { client }: Connection,
  place: string,
  signal: AbortSignal,
): Promise<readonly Sent[] | undefined> {
  const [owner = '', repo = ''] = place.split('/');
  if (owner === '' || repo === '') return undefined;
  const { data: hooks } = await provided(`list the webhooks of ${place}`, () =>
    client.rest.repos.listWebhooks({ owner, repo, per_page: MOST_HOOKS, request: { signal } }),
  );
  const ours = hooks.find(({ config }) => OUR_PATH.test(config.url ?? ''));
  if (ours === undefined) return undefined;
  const { data } = await provided(`list what the webhook ${ours.id} of ${place} sent`, () =>
    client.rest.repos.listWebhookDeliveries({ owner, repo, hook_id: ours.id, per_page: MOST, request: { signal } }),
  );
  return data;
}

function summed(sent: readonly Sent[]): SentWebhooks {
  const failed = sent.filter(({ status_code }) => status_code < 200 || status_code > 299);
  const [newest] = failed.toSorted((a, b) => Date.parse(b.delivered_at) - Date.parse(a.delivered_at));
  return {
    sent: sent.length,
    failed: failed.length,
    ...(newest !== undefined && {
      failure: { at: newest.delivered_at, says: `${newest.status_code || ''} ${newest.status}`.trim() },
    }),
  };
}
