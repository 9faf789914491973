import { type Services, Turns } from '../world/turns.ts';
import { TOKEN } from '../world/world.ts';

const TIMEOUT_MS = 10_000;

const turns = new Turns();

/** Asks the public API of an auditor, and where it does not answer the next one: GET, or POST with a body. Throws on any other answer than 200. */
export async function asked<T>(world: { services: Services }, path: string, body?: object): Promise<T> {
  let failure: unknown = new Error(`${path}: there is no auditor`);
  for (const url of turns.of(world.services, 'auditor')) {
    try {
      return await askedAt<T>(url, path, body);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function askedAt<T>(url: string, path: string, body: object | undefined): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
