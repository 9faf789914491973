import type { Run } from '@prunella/contracts';
import { type FoundReport, messageOf, ProviderError, type TestReportOptions } from '@prunella/core';
import { AddressRefused, type Rule, request } from '@prunella/http';
import { xmlInZip } from '../xml-in-zip.ts';
import type { GitHubClient } from './client.ts';
import { provided } from './errors.ts';
import { repositoryOf, runIdOf } from './ids.ts';
import { keepSome } from './patience.ts';

type Artifact = Awaited<
  ReturnType<GitHubClient['rest']['actions']['listWorkflowRunArtifacts']>
>['data']['artifacts'][number];

const PER_PAGE = 100;
const MOST_PAGES = 3;
/** So many artefacts of a run are read. */
const MOST_ARTIFACTS = 20;
/** Larger ones hold more than reports. */
const MOST_BYTES = 32 * 1024 ** 2;
/** GitHub's times have no parts of seconds, and the times of a run and of its artefacts come from two of its services. */
const SLACK_MS = 5_000;

/** See `CiReader.testReports`. Needs `actions: read`. One request, and two for each artefact whose name is that of a report. */
export async function* testReports(
  client: GitHubClient,
  run: Run,
  options: TestReportOptions,
): AsyncGenerator<FoundReport> {
  let artifacts: Artifact[];
  try {
    artifacts = (await listArtifacts(client, run, options.signal)).filter(
      (artifact) => options.isReport(artifact.name) && isOfAttempt(artifact, options),
    );
  } catch (error) {
    const gap = permanent(error);
    if (gap !== undefined) yield { from: 'the list of artefacts', ...gap };
    return;
  }
  for (const artifact of artifacts.slice(0, MOST_ARTIFACTS)) yield* reportsIn(client, run, artifact, options.signal);
  for (const { name } of artifacts.slice(MOST_ARTIFACTS)) {
    yield { from: name, problem: 'too-large', gap: `expected at most ${MOST_ARTIFACTS} artefacts with reports` };
  }
}

async function* reportsIn(
  client: GitHubClient,
  run: Run,
  artifact: Artifact,
  signal: AbortSignal,
): AsyncGenerator<FoundReport> {
  const { name: from, size_in_bytes: size, expired } = artifact;
  if (expired) return yield { from, problem: 'expired', gap: 'the artefact has expired' };
  if (size > MOST_BYTES)
    return yield { from, problem: 'too-large', gap: `expected at most ${MOST_BYTES} bytes, found ${size}` };
  let content: Uint8Array | undefined;
  try {
    content = await download(client, run, artifact.id, signal);
  } catch (error) {
    const gap = permanent(error);
    if (gap !== undefined) yield { from, ...gap };
    return;
  }
  if (content === undefined)
    return yield { from, problem: 'too-large', gap: `expected at most ${MOST_BYTES} bytes, found more` };
  // `archive: false` of actions/upload-artifact: the file as it is.
  if (!isZip(content)) return yield { from, file: from, xml: content };
  for await (const found of xmlInZip(content)) {
    yield 'bytes' in found ? { from, file: found.file, xml: found.bytes } : { from, ...found };
  }
}

/** Of all attempts: GitHub does not say of which one an artefact is. The oldest come first. */
async function listArtifacts(client: GitHubClient, run: Run, signal: AbortSignal): Promise<Artifact[]> {
  const all: Artifact[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data, headers } = await provided('list artefacts', () =>
      client.rest.actions.listWorkflowRunArtifacts({
        ...repositoryOf(run),
        run_id: runIdOf(run),
        per_page: PER_PAGE,
        page,
        request: { signal },
      }),
    );
    keepSome(headers, 'test reports');
    all.push(...data.artifacts);
    if (data.artifacts.length < PER_PAGE) break;
  }
  return all.toSorted((a, b) => a.id - b.id);
}

/** Each attempt uploads under the same names: only the time tells whose they are. */
function isOfAttempt({ created_at: at }: Artifact, { startedAt, finishedAt }: TestReportOptions): boolean {
  const created = Date.parse(at ?? '');
  if (Number.isNaN(created)) return true;
  if (startedAt !== undefined && created < Date.parse(startedAt)) return false;
  return finishedAt === undefined || created <= Date.parse(finishedAt) + SLACK_MS;
}

/** undefined: it is larger than we take. Throws ProviderError. */
async function download(
  client: GitHubClient,
  run: Run,
  artifact_id: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  // The address holds for a minute and is on another host: what is asked there goes without the token, and is an error of the storage.
  const { headers } = await provided('download artefact', () =>
    client.rest.actions.downloadArtifact({
      ...repositoryOf(run),
      artifact_id,
      archive_format: 'zip',
      request: { signal, redirect: 'manual' },
    }),
  );
  const { location } = headers;
  if (location === undefined) throw new ProviderError('github', 'refused', 'download artefact: no address to go to');
  return await contentAt(location, client.rule, signal);
}

async function contentAt(url: string, rule: Rule, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    const response = await request(url, { provider: 'github', signal, rule, secretUrl: true });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // leaving the loop cancels the rest of the body
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (AddressRefused.in(error)) throw error;
    // Whatever the storage says: the address may have run out, and there is a new one each time.
    const detail = error instanceof ProviderError ? error.detail : messageOf(error);
    throw new ProviderError('github', 'unavailable', `download artefact: ${detail}`, { cause: error });
  }
}

function isZip(content: Uint8Array): boolean {
  return content[0] === 0x50 && content[1] === 0x4b;
}

/** Why it can't be read, now or later. @throws what may be over later */
function permanent(error: unknown): { problem: 'expired' | 'forbidden' | 'unreadable'; gap: string } | undefined {
  if (!(error instanceof ProviderError) || error.retryable) throw error;
  switch (error.problem) {
    case 'not-found':
      // 410: it has expired. 404: the run or the artefact was deleted.
      return { problem: 'expired', gap: `it has expired or was deleted (HTTP ${error.options.status ?? '?'})` };
    case 'forbidden':
    case 'unauthenticated':
      return {
        problem: 'forbidden',
        gap: 'the token may not read artefacts; it needs the permission "actions: read"',
      };
    default:
      return { problem: 'unreadable', gap: error.detail };
  }
}
