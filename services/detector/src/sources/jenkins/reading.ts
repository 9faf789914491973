import { type BuildId, branchName, buildOfUrl, fullNameOf, jenkinsConclusion, printRunId } from '@prunella/ci';
import { type Events, type Failure, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { badRequest } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard, Report } from '../source.ts';

/** Text that Jenkins may leave out or null; nothing is ''. */
export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** Where the code came from. Of a pipeline it is often empty. */
export const Scm = z
  .object({
    branch: Text,
    commit: z
      .union([z.literal(''), z.string().regex(/^[0-9a-f]{7,64}$/, 'expected a commit')])
      .nullish()
      .transform((sha) => sha ?? ''),
  })
  .nullish();
export type Scm = z.infer<typeof Scm>;

/** Jenkins' words for how a build ended. */
export const Status = z.string().regex(/^[A-Z_]{1,40}$/, 'expected SUCCESS, UNSTABLE, FAILURE, NOT_BUILT or ABORTED');

/** A build, by whichever plugin it was told. */
export interface Told {
  id: BuildId;
  /** Its page; without Jenkins' own address where that is not set up. */
  url: string;
  scm: Scm;
  /** ISO 8601. */
  startedAt?: string | undefined;
}

export interface Ended extends Told {
  status: string;
  /** ISO 8601. */
  finishedAt?: string | undefined;
  error?: Failure | undefined;
}

/**
 * The build at an address, whole or below Jenkins' own.
 *
 * @param field where it stands, for people.
 * @throws ProblemException (400) when no build is there.
 */
export function buildAt(address: string, field: string): BuildId {
  const build = buildOfUrl(URL.parse(address, 'http://jenkins.invalid/')?.href ?? '');
  if (build !== undefined) return build;
  throw badRequest(field, `${field}: expected the address of a build ".../job/app/12/", found ${address.slice(0, 80)}`);
}

export function ignored(reason: string): Heard {
  return { kind: 'ignored', reason };
}

/** A build began. Told twice, by whichever plugin, it is the same event. @throws ContractViolation */
export function started(build: Told): Heard {
  return reported('pipeline.started', build, build.startedAt, commonOf(build));
}

/** A build ended. @throws ContractViolation */
export function finished(build: Ended): Heard {
  const { status, finishedAt, error } = build;
  return reported('pipeline.finished', build, finishedAt, {
    ...commonOf(build),
    conclusion: jenkinsConclusion(status),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(error !== undefined && { error }),
  });
}

/**
 * The repository is left empty: a build that died before its checkout could not say it, and would not be known again in its rerun. A build is named by
 * its job, which is a branch's own in a multibranch pipeline.
 */
function commonOf({ id, url, scm, startedAt }: Told) {
  return {
    pipelineId: id.job,
    platform: 'jenkins',
    runId: printRunId(id),
    attempt: 1,
    headSha: scm?.commit ?? '',
    branch: branchName(scm?.branch ?? '') || branchOfJob(id.job),
    url: /^https?:/.test(url) ? url : '',
    name: fullNameOf(id.job).slice(0, 512),
    kind: 'run' as const,
    ...(startedAt !== undefined && { startedAt }),
  };
}

/** The jobs of a multibranch pipeline are named by their branches, escaped once more than other names; a bare name may be a branch's or not. */
function branchOfJob(job: string): string {
  const name = job.split('/').at(-1) ?? '';
  return name.includes('%25') ? fullNameOf(fullNameOf(name)) : '';
}

type Reportable = 'pipeline.started' | 'pipeline.finished';

function reported<S extends Reportable>(
  subject: S,
  { id: build, url }: Told,
  time: string | undefined,
  data: Partial<Events[S]>,
): Heard {
  const id = `${printRunId(build)}/${subject.slice('pipeline.'.length)}`;
  const report = {
    subject,
    id,
    source: rootOf(url),
    ...(time !== undefined && { time }),
    data: completed<Events[Reportable]>(parseData(subject, data), id),
  };
  return { kind: 'reports', reports: [report as Report] };
}

/** Jenkins' own address. */
function rootOf(url: string): string {
  const root = /^(https?:\/\/.*?)\/(?:view\/.*?\/)?job\//.exec(url)?.[1];
  return root === undefined ? 'jenkins' : root.slice(0, 500);
}
