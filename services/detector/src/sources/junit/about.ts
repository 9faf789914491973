import type { IncomingHttpHeaders } from 'node:http';
import { badRequest, parseInput } from '@prunella/service-kit';
import type { ReportedRun } from '@prunella/test-history';
import { z } from 'zod';

const About = z.object({
  'prunella-pipeline': z.string().min(1).max(512),
  'prunella-platform': z.string().max(64).default('generic'),
  'prunella-repository': z.string().max(512).default(''),
  'prunella-run': z.string().max(256).default(''),
  'prunella-attempt': z.coerce.number().int().min(1).max(100_000).default(1),
  'prunella-sha': z.string().max(128).default(''),
  'prunella-branch': z.string().max(512).default(''),
  'prunella-job': z.string().max(512).default(''),
});

/** The headers that say what a report is about. A header takes no text but Latin: they may be percent-encoded, and are read so. */
export const HEADERS = Object.keys(About.shape) as readonly (keyof z.infer<typeof About>)[];

/** What a report is about. @throws ProblemException (400) naming the header. */
export function aboutOf(headers: IncomingHttpHeaders): ReportedRun {
  const given = HEADERS.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? [[name, decoded(name, value)]] : [];
  });
  const about = parseInput(About, Object.fromEntries(given));
  const [runId, headSha] = [about['prunella-run'], about['prunella-sha']];
  if (runId === '' && headSha === '') {
    throw badRequest('prunella-run', 'prunella-run: expected the id of a run, or prunella-sha, found neither');
  }
  return {
    run: {
      pipelineId: about['prunella-pipeline'],
      platform: about['prunella-platform'],
      repository: about['prunella-repository'],
      ...{ runId, headSha, attempt: about['prunella-attempt'], branch: about['prunella-branch'] },
    },
    job: about['prunella-job'],
  };
}

function decoded(name: string, value: string): string {
  try {
    return decodeURIComponent(value).replaceAll('\0', '\ufffd');
  } catch (error) {
    const detail = `${name}: expected text or percent-encoded UTF-8 (% as %25), found ${value.slice(0, 80)}`;
    throw Object.assign(badRequest(name, detail), { cause: error });
  }
}
