import type { ConfidenceUpdated } from '@prunella/contracts';

/**
 * Whether `update` was made after `standing`. By the time it was made; where that does not tell, by its revision, and where
 * that does not either by the number of observations. The number alone would not do: an outcome that is taken back makes it smaller.
 */
export function isNewer(update: ConfidenceUpdated, standing: ConfidenceUpdated): boolean {
  const [later, earlier] = [update, standing].map(({ updatedAt }) =>
    updatedAt === undefined ? Number.NaN : Date.parse(updatedAt),
  );
  const ms = (later as number) - (earlier as number);
  if (ms > 0 || ms < 0) return ms > 0;
  const revisions = (update.revision ?? 0) - (standing.revision ?? 0);
  return revisions === 0 ? observations(update) > observations(standing) : revisions > 0;
}

function observations({ healed, ineffective, harmful }: ConfidenceUpdated): number {
  return healed + ineffective + harmful;
}
