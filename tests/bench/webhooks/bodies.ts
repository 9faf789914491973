import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** No one pipeline ends hundreds of times a second: they are of many repositories. */
const REPOSITORIES = 1_000;
const RUN_ID = 4_000_000_000_000;
const NAME = 'octo/the-repository-of-the-benchmark';

/** Bodies of runs that went well, made of GitHub's own example: about 19 KiB. Made by cutting text, so that the sender has as little to do as can be. */
export function makeBodies(): (n: number) => Buffer {
  const example = exampleRun();
  const run = example['workflow_run'] as Record<string, unknown>;
  const repository = example['repository'] as Record<string, unknown>;
  const text = JSON.stringify({
    ...example,
    // As GitHub tells of it: it has just ended.
    workflow_run: { ...run, id: RUN_ID, ...{ run_started_at: ago(5 * 60_000), updated_at: ago(0) } },
    repository: { ...repository, full_name: NAME, html_url: `https://github.com/${NAME}` },
  });
  const parts = text.split(new RegExp(`(${RUN_ID}|${NAME})`));
  return (n) => {
    const id = String(RUN_ID + n);
    const name = `octo/repo-${n % REPOSITORIES}`;
    return Buffer.from(parts.map((part) => (part === String(RUN_ID) ? id : part === NAME ? name : part)).join(''));
  };
}

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

function exampleRun(): Record<string, unknown> {
  const path = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
  const published = JSON.parse(readFileSync(path, 'utf8')) as { name: string; examples: Record<string, unknown>[] }[];
  const found = published
    .find(({ name }) => name === 'workflow_run')
    ?.examples.find(
      ({ action, workflow_run: run }) =>
        action === 'completed' && (run as { conclusion: string }).conclusion === 'success',
    );
  if (found === undefined) throw new Error('no example of a completed run in @octokit/webhooks-examples');
  return found;
}
