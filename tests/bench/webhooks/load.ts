import { createHmac } from 'node:crypto';
import { Agent } from 'node:http';
import { performance } from 'node:perf_hooks';
import { atRate } from './pace.ts';
import { post } from './post.ts';

/** What a load came to. Times in milliseconds, from when each delivery was due to its answer: what waits for its turn at a busy sender counts. */
export interface LoadResult {
  sent: number;
  /** Answers by their status; 0: none. */
  answers: Record<number, number>;
  p50: number;
  p99: number;
  longest: number;
  /** How far behind its time the sender was at most: large ones say that the sender, and not the receiver, was busy. */
  senderBehind: number;
}

export interface Load {
  /** Of the receivers, which get one delivery each in turn. */
  urls: readonly string[];
  perSecond: number;
  seconds: number;
  /** The body of the nth delivery. */
  bodyOf(n: number): Buffer;
  secret: string;
  /** Number of the first delivery. */
  from: number;
}

/** Posts at a steady rate, whether or not the receiver keeps up. */
export async function load({ urls, perSecond, seconds, bodyOf, secret, from }: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const times: number[] = [];
  const answers: Record<number, number> = {};
  const pending: Promise<void>[] = [];
  const { sent, senderBehind } = await atRate({ perSecond, seconds }, (n, due) => {
    const url = urls[n % urls.length] as string;
    const body = bodyOf(from + n);
    pending.push(
      post(agent, url, body, deliveryHeaders(body, secret, from + n)).then((status) => {
        times.push(performance.now() - due);
        answers[status] = (answers[status] ?? 0) + 1;
      }),
    );
  });
  await Promise.all(pending);
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { sent, answers, p50: at(0.5), p99: at(0.99), longest: at(1), senderBehind };
}

function deliveryHeaders(body: Buffer, secret: string, n: number): Record<string, string> {
  return {
    'x-github-event': 'workflow_run',
    'x-github-delivery': `bench-${n}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}
