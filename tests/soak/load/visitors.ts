import { setTimeout as sleep } from 'node:timers/promises';
import { asked } from '../../chaos/suite/ledger/api.ts';
import { TOKEN } from '../../chaos/suite/world/world.ts';
import type { Stand } from '../stand.ts';

const EVERY_MS = 2_000;
const TIMEOUT_MS = 15_000;
/** How long somebody looks at the console before the page is left. */
const LOOKS_FOR_MS = 20_000;
/** What the pages of the console and the command line ask for. */
const PATHS = [
  '/v1/incidents?limit=50',
  '/v1/incidents?limit=50&state=closed',
  '/v1/reports/effectiveness',
  '/v1/confidence',
  '/v1/quarantine',
  '/v1/breakers',
  '/v1/policy',
  '/v1/coverage',
];

/** People who look at things: a request every two seconds, and one open page of the console that is left and opened again. */
export class Visitors {
  /** What did not go well, and how often. */
  readonly trouble = new Map<string, number>();
  asked = 0;
  private isOver = false;
  private readonly loops: Promise<unknown>;
  private readonly stand: Stand;

  constructor(stand: Stand) {
    this.stand = stand;
    this.loops = Promise.all([this.ask(), this.follow()]);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.loops;
  }

  private async ask(): Promise<void> {
    for (let n = 0; !this.isOver; n += 1) {
      const path = PATHS[n % PATHS.length] as string;
      try {
        const answer = await asked<{ items?: { id?: string }[] }>(this.stand, path);
        const first = path.startsWith('/v1/incidents') ? answer.items?.[0]?.id : undefined;
        if (first !== undefined) await asked(this.stand, `/v1/incidents/${first}`);
        this.asked += 1;
      } catch (error) {
        this.note(error);
      }
      await sleep(EVERY_MS);
    }
  }

  private async follow(): Promise<void> {
    while (!this.isOver) {
      const left = AbortSignal.timeout(LOOKS_FOR_MS);
      try {
        const url = `${this.stand.services.get('auditor')?.url}/v1/stream`;
        const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` }, signal: left });
        for await (const _ of answer.body ?? []) if (this.isOver) break;
      } catch (error) {
        if (!left.aborted) this.note(error);
      }
    }
  }

  private note(error: unknown): void {
    const says = String(error).slice(0, 200);
    this.trouble.set(says, (this.trouble.get(says) ?? 0) + 1);
  }
}

/** Webhooks that no sender of ours would send, each with the status that it has to get. */
export async function sendBadWebhook(stand: Stand, n: number): Promise<string | undefined> {
  const url = `${stand.services.get('detector')?.url}/webhooks/github`;
  const run = { event: 'workflow_run', delivery: `bad-${n}` };
  const bad = [
    { body: '{"action":"completed"}', signature: `sha256=${'0'.repeat(64)}`, status: 401 },
    { body: '<html>', signature: '', status: 401 },
  ][n % 2] as { body: string; signature: string; status: number };
  const headers = {
    'content-type': 'application/json',
    ...{ 'x-github-event': run.event, 'x-github-delivery': run.delivery, 'x-hub-signature-256': bad.signature },
  };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const answer = await fetch(url, { method: 'POST', headers, body: bad.body, signal }).catch(() => undefined);
  await answer?.arrayBuffer().catch(() => undefined);
  if (answer?.status === bad.status) return undefined;
  return `a bad webhook: expected HTTP ${bad.status}, found ${answer?.status ?? 'no answer'}`;
}
