import { z } from 'zod';

const BAD_REVISIONS = 'prunella.dev/bad-revisions';
const CHANGE = 'prunella.dev/change';
/** More revisions than a workload usually keeps. */
const MOST_BAD = 10;

type Annotations = Readonly<Record<string, string>>;

/** What was changed here by us last, and how it was before. Kept on the workload, in the same patch. */
export const Change = z.object({
  /** Of the order. */
  key: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** The revision that it was at. */
  revision: z.number(),
  /** Replicas that could serve. */
  available: z.number(),
  /** The hash of the template that it had, and of the one that it got. */
  from: z.string(),
  to: z.string(),
  /** How long a rollout could make no progress before and after, in seconds, where that was changed. */
  deadline: z
    .object({
      from: z.number(),
      to: z.number(),
      /** An update that had been broken off was taken up again. */
      retried: z.boolean(),
      /** When it was said that the rollout is out of time, by the clock of the cluster in milliseconds since the epoch; absent: it was not. */
      lateSince: z.number().optional(),
    })
    .optional(),
});
export type Change = z.infer<typeof Change>;

/** The last change that we noted; undefined: none, or somebody wrote something else there. Pure. */
export function notedChange(annotations: Annotations): Change | undefined {
  try {
    return Change.safeParse(JSON.parse(annotations[CHANGE] ?? '')).data;
  } catch {
    return undefined;
  }
}

export function changeNote(change: Change): Record<string, string> {
  return { [CHANGE]: JSON.stringify(change) };
}

/** Hashes of the templates that were rolled back from. Pure. */
export function badRevisions(annotations: Annotations): string[] {
  return (annotations[BAD_REVISIONS] ?? '').split(' ').filter((hash) => hash !== '');
}

/** The note with one more, or one less; the oldest are forgotten. Pure. */
export function badRevisionsNote(
  annotations: Annotations,
  { bad, good }: { bad: string; good?: string },
): Record<string, string> {
  const others = badRevisions(annotations).filter((hash) => hash !== bad && hash !== good);
  return { [BAD_REVISIONS]: [...others, bad].slice(-MOST_BAD).join(' ') };
}
