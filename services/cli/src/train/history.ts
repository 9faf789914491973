import { actionTypes, causes, outcomes } from '@prunella/contracts';
import { iso } from '@prunella/core';
import type { DiagnosedFailure } from '@prunella/model';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';

const PAGE = 500;

const Page = z.looseObject({
  items: z.array(
    z.looseObject({
      openedAt: z.iso.datetime(),
      pipelineId: z.string(),
      repository: z.string(),
      cause: z.enum(causes),
      decidedBy: z.string(),
      prior: z.number(),
      action: z.enum(actionTypes).nullable(),
      outcome: z.enum(outcomes).nullable(),
      // An older auditor does not tell.
      reversed: z.boolean().default(false),
      recovered: z.boolean().nullable().default(null),
      evidence: z.array(z.looseObject({ line: z.number(), text: z.string(), job: z.string() })),
      metrics: z.record(z.string(), z.number()),
    }),
  ),
  nextCursor: z.string().nullable(),
});

/**
 * The failures that the auditor knows, of which the cause is known.
 *
 * @param since the first time, in ms since the epoch.
 * @param onRead hears how many were read so far.
 * @throws as `getJson`.
 */
export async function readHistory(
  context: Context,
  since: number,
  onRead: (failures: number) => void,
): Promise<DiagnosedFailure[]> {
  const failures: DiagnosedFailure[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = new URLSearchParams({ since: iso(since), limit: String(PAGE), ...(cursor && { cursor }) });
    const { items, nextCursor } = Page.parse(await getJson(context, `/v1/training?${query}`));
    failures.push(
      ...items.map(({ openedAt, repository, pipelineId, ...failure }) => ({
        ...failure,
        at: Date.parse(openedAt),
        repository: repository || pipelineId,
      })),
    );
    cursor = nextCursor;
    onRead(failures.length);
  }
  return failures;
}
