import type { Fault } from '@prunella/testing';
import type { FaultKind } from './fault.ts';

/** What GitHub has been seen to answer; GitLab, and what stands before it, answers alike. */
const ANSWERS = {
  forbidden: { status: 403, body: { message: 'Resource not accessible by integration' } },
  'secondary-limit': {
    status: 403,
    headers: { 'retry-after': '2' },
    body: { message: 'You have exceeded a secondary rate limit.' },
  },
  'too-many': { status: 429, headers: { 'retry-after': '3' }, body: { message: 'slow down' } },
  'server-error': { status: 500, body: { message: 'Server Error' } },
  'bad-gateway': { status: 502, headers: { 'content-type': 'text/html' }, text: '<html>502 Bad Gateway</html>' },
  garbage: { status: 200, headers: { 'content-type': 'text/html' }, text: '<!DOCTYPE html><h1>Unicorn!</h1>' },
  half: 'half',
  cut: 'cut',
  hang: 'hang',
} as const satisfies Record<string, Fault['answer']>;
type AnswerName = keyof typeof ANSWERS;
const NAMES = Object.keys(ANSWERS) as AnswerName[];

/** Whoever says so clearly did nothing. Of all others nobody knows. */
const IS_A_NO: ReadonlySet<string> = new Set<AnswerName>(['forbidden', 'secondary-limit', 'too-many']);

const REQUESTS = { all: /./, reruns: /^POST /, reads: /^GET / } as const;

export const platformAnswers: FaultKind = {
  kind: 'platform-answers',
  says: 'GitHub or GitLab refuses, limits, fails, hangs, answers half or nonsense; to a rerun maybe after it was begun.',
  targets: () => Object.keys(REQUESTS),
  lasts: [1_000, 10_000],
  draw: (random) => ({
    of: random() < 0.5 ? 'github' : 'gitlab',
    answer: NAMES[Math.floor(random() * NAMES.length)] as AnswerName,
    times: Math.round(1 + random() * 7),
    afterEffect: random() < 0.5 ? 'yes' : 'no',
  }),
  async begin({ github, gitlab }, { target, detail }, hit) {
    const platform = detail['of'] === 'gitlab' ? gitlab : github;
    const answer = ANSWERS[detail['answer'] as AnswerName];
    const on = REQUESTS[target as keyof typeof REQUESTS] ?? REQUESTS.all;
    const afterEffect = detail['afterEffect'] === 'yes' && !IS_A_NO.has(String(detail['answer']));
    for (let n = 0; n < Number(detail['times']); n += 1) platform.fault({ on, answer, afterEffect, onTaken: hit });
    return () => platform.heal();
  },
};
