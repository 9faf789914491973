import { seededRandom } from '@prunella/core';
import { builtinPacks } from '@prunella/rules';

/** Failures of one pipeline alone would be one storm. */
const REPOSITORIES = 200;
const LOG_BYTES = 4_000;
const WORDS = 'Downloading Compiling Building Installing from to at package module test step cache node java'.split(
  ' ',
);

/** What the failures of the benchmark say: the lines that the built-in rules are tried on, so that causes and actions are as mixed as the rules are. */
function examples(): string[] {
  return builtinPacks()
    .flatMap(({ rules }) => rules)
    .flatMap(({ examples: { match } }) => match.slice(0, 1))
    .filter((example) => typeof example === 'string');
}

/**
 * Bodies of `POST /webhook/healing`: each a failed run with the last 4 KB of its log, in which there is one line that a rule knows. No platform is asked for
 * anything, so that what is measured is Prunella and NATS. The same bodies in each run of the benchmark.
 */
export function makeFailures(): (n: number) => Buffer {
  const random = seededRandom(11);
  const pick = () => WORDS[Math.floor(random() * WORDS.length)] as string;
  const line = () =>
    `2026-01-02T03:04:05.${Math.floor(random() * 1e7)}Z ${pick()} ${pick()} ${pick()} ${pick()} ${pick()}`;
  const logs = examples().map((example) => {
    const lines: string[] = [];
    for (let bytes = example.length; bytes < LOG_BYTES; bytes += (lines.at(-1) ?? '').length + 1) lines.push(line());
    return [...lines.slice(0, -5), example, ...lines.slice(-5)].join('\n');
  });
  return (n) => {
    const repository = `acme/shop-${n % REPOSITORIES}`;
    return Buffer.from(
      JSON.stringify({
        event_type: 'pipeline_failed',
        pipeline_id: `${repository}/ci`,
        repository,
        run_id: String(n),
        branch: `change-${n}`,
        // A commit of its own: the same failure of the same commit would belong to the incident before.
        head_sha: String(n + 1).padStart(40, '0'),
        error: { message: logs[n % logs.length], type: 'Error' },
      }),
    );
  };
}
