import { TOKEN } from '../world/world.ts';

const TIMEOUT_MS = 10_000;

/** Where each process listens, by its name. */
export type Services = ReadonlyMap<string, { readonly url: string }>;

/** Asks the public API of the auditor: GET, or POST with a body. Throws on any other answer than 200. */
export async function asked<T>(world: { services: Services }, path: string, body?: object): Promise<T> {
  const url = `${world.services.get('auditor')?.url}${path}`;
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
