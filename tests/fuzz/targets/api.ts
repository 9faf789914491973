import fc from 'fast-check';
import { Running } from '../../../services/auditor/test/running.ts';
import { exampleOf, type Route, requestsTo, requestText, routes } from '../inputs/openapi.ts';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

/** What asks all services, and waits for them, is not asked thousands of times. */
const SLOW = ['/v1/doctor'];
const WITHIN_MS = 10_000;
const all = routes().filter(({ path }) => !SLOW.includes(path));

let started: Promise<{ running: Running; url: string }> | undefined;

/** A real auditor on real servers, started for the first input. */
async function auditor(): Promise<{ running: Running; url: string }> {
  const running = await Running.start();
  const { url } = await running.auditor();
  return { running, url };
}

interface Answer {
  asked: string;
  status: number;
  body: string;
}

async function ask(input: string): Promise<Answer | undefined> {
  const [, method = '', target = '', body = ''] = /^([A-Z]{3,7}) (\/\S*)\n\n(.*)$/s.exec(input) ?? [];
  if (method === '' || method === 'TRACE' || method === 'CONNECT' || SLOW.some((path) => target.startsWith(path)))
    return undefined;
  started ??= auditor();
  const { url } = await started;
  const address = URL.parse(target, url);
  if (address?.origin !== new URL(url).origin) return undefined;
  const sends = method !== 'GET' && method !== 'HEAD' && body !== '';
  const response = await fetch(address, {
    ...{
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(WITHIN_MS),
      headers: { 'content-type': 'application/json' },
    },
    ...(sends && { body }),
  });
  // Some of them never end.
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (isStream) await response.body?.cancel();
  return { asked: `${method} ${target}`, status: response.status, body: isStream ? '' : await response.text() };
}

const usual = (route: Route) =>
  bytesOf(requestText(route, {}, route.body === undefined ? '' : JSON.stringify(exampleOf(route.body))));

export const targets: readonly Target[] = [
  {
    name: 'api/auditor',
    reads: "parameters and bodies of the auditor's API, with NATS and Postgres behind it",
    doors: ['routes:auditor'],
    seeds: () => all.map(usual),
    inputs: fc.oneof(...all.map(requestsTo)).map(bytesOf),
    read: (bytes) => ask(textOf(bytes)),
    errors: [],
    holds(value) {
      const answer = value as Answer | undefined;
      if (answer === undefined) return;
      const { asked, status, body } = answer;
      holds(
        status < 500 || status === 503,
        `an answer of ${asked.replace(/\?.*/, '')}, found ${status} ${body.slice(0, 300)}`,
      );
    },
    async close() {
      const { running } = (await started) ?? {};
      await running?.stop();
    },
  },
];
