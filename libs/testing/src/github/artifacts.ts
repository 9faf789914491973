import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { type Answer, missing, pageOf } from './http.ts';
import type { FakeRun } from './model.ts';

const EXPIRES_AFTER_MS = 90 * 86_400_000;

/** Something that a run left behind. */
export interface FakeArtifact {
  id: number;
  name: string;
  /** As it is downloaded: a zip, or the file itself. */
  content: Uint8Array;
  /** ISO 8601. */
  createdAt: string;
  expired: boolean;
  /** What GitHub says of its size; undefined: what it is. */
  size?: number;
  run: FakeRun;
}

/** The artefacts of the fake. Their files are on the host of the logs. */
export class Artifacts {
  private readonly all: FakeArtifact[] = [];

  /** Adds one; by default as the run's newest attempt begins. */
  add(
    run: FakeRun,
    artifact: Partial<Omit<FakeArtifact, 'id' | 'run'>> & Pick<FakeArtifact, 'name' | 'content'>,
  ): FakeArtifact {
    const id = this.all.length + 1;
    const whole: FakeArtifact = { createdAt: run.createdAt, expired: false, ...artifact, id, run };
    this.all.push(whole);
    return whole;
  }

  /** undefined: it is no request about artefacts. */
  route(request: string, repository: string, query: URLSearchParams, storage: string): Answer | undefined {
    const runId = /^GET actions\/runs\/(\d+)\/artifacts$/.exec(request)?.[1];
    if (runId !== undefined) return this.list(repository, Number(runId), query);
    const id = /^GET actions\/artifacts\/(\d+)\/zip$/.exec(request)?.[1];
    if (id === undefined) return undefined;
    const found = this.all.find((one) => one.id === Number(id) && one.run.repository === repository);
    if (found === undefined) return missing;
    if (found.expired) return { status: 410, body: { message: 'Artifact has expired', documentation_url: '' } };
    return { status: 302, headers: { location: `${storage}/artifacts/${found.id}?sig=once` } };
  }

  /** What is at a path of the storage host; undefined: no artefact. */
  contentAt(path: string): Uint8Array | undefined {
    return this.all.find(({ id }) => path === `/artifacts/${id}`)?.content;
  }

  /** Of all attempts, the newest first. */
  private list(repository: string, runId: number, query: URLSearchParams): Answer {
    const found = this.all.filter(({ run }) => run.id === runId && run.repository === repository).toReversed();
    return { status: 200, body: { total_count: found.length, artifacts: pageOf(found, query).map(artifactJson) } };
  }
}

/** A zip of these files. */
export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content as string), path);
  zip.end();
  return await buffer(zip.outputStream as NodeJS.ReadableStream);
}

function artifactJson({ id, name, content, createdAt, expired, size, run }: FakeArtifact) {
  const url = `https://api.github.com/repos/${run.repository}/actions/artifacts/${id}`;
  return {
    ...{ id, node_id: `A_${id}`, name, size_in_bytes: size ?? content.length, expired, url },
    archive_download_url: `${url}/zip`,
    created_at: createdAt,
    updated_at: createdAt,
    expires_at: new Date(Date.parse(createdAt) + EXPIRES_AFTER_MS).toISOString(),
    digest: null,
    workflow_run: {
      ...{ id: run.id, repository_id: 1, head_repository_id: 1, head_branch: run.branch, head_sha: run.headSha },
    },
  };
}
