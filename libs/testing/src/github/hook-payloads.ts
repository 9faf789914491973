import type { FakeApp } from './model.ts';

/** A webhook that GitHub sent. */
export interface FakeSent {
  /** ISO 8601. */
  at: string;
  /** HTTP status that came back; 0: none did. */
  status: number;
  says: string;
}

export function sentJson({ at, status, says }: FakeSent, index: number) {
  return {
    ...{ id: 9_000 + index, guid: `0b989ba4-242f-11e5-81e1-${String(index).padStart(12, '0')}`, delivered_at: at },
    ...{ redelivery: false, duration: 0.03, status: says, status_code: status, event: 'workflow_run' },
    ...{ action: 'completed', installation_id: null, repository_id: 1, throttled_at: null },
  };
}

export function hookJson(url: string) {
  const api = 'https://api.github.com/repos/acme/shop/hooks/7';
  return {
    ...{ type: 'Repository', id: 7, name: 'web', active: true, events: ['workflow_run'] },
    config: { content_type: 'json', insecure_ssl: '0', url, secret: '********' },
    ...{ updated_at: '2026-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z', url: api },
    ...{ test_url: `${api}/test`, ping_url: `${api}/pings`, deliveries_url: `${api}/deliveries` },
    last_response: { code: 202, status: 'active', message: 'OK' },
  };
}

export function appJson(app: FakeApp, permissions: Record<string, string>) {
  const url = `https://api.github.com/apps/${app.slug}`;
  return {
    ...{ id: app.id, slug: app.slug, node_id: 'A_1', client_id: `Iv1.${app.id}`, name: 'Prunella' },
    owner: { ...ownerJson('acme') },
    ...{ description: null, external_url: url, html_url: url, permissions, events: ['workflow_run'] },
    ...{ created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z', installations_count: 1 },
  };
}

function ownerJson(login: string) {
  const url = `https://api.github.com/users/${login}`;
  return {
    ...{ login, id: 1, node_id: 'U_1', avatar_url: url, gravatar_id: '', url, html_url: url, followers_url: url },
    ...{ following_url: url, gists_url: url, starred_url: url, subscriptions_url: url, organizations_url: url },
    ...{ repos_url: url, events_url: url, received_events_url: url, type: 'Organization', site_admin: false },
  };
}

export function rateLimitJson() {
  const limit = { limit: 5_000, used: 1, remaining: 4_999, reset: 1_800_000_000 };
  return { resources: { core: limit, search: { ...limit, limit: 30, remaining: 30 } }, rate: limit };
}
