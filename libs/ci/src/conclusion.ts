import { type Conclusion, conclusions } from '@prunella/contracts';

/** How a job can end that did not do what it should. A cancelled job is only told when nothing else failed. */
const FAILED: readonly string[] = ['failure', 'timed_out', 'startup_failure'] satisfies Conclusion[];

/** A platform's word as ours; one that we don't know says nothing: `neutral`. */
export function conclusionOf(word: string | null | undefined): Conclusion {
  return (conclusions as readonly string[]).includes(word ?? '') ? (word as Conclusion) : 'neutral';
}

export function isFailed({ conclusion }: { conclusion?: string | null | undefined }): boolean {
  return FAILED.includes(conclusion ?? '');
}

/** The jobs that tell why a run did not pass: the failed ones; only if there are none, the cancelled ones. */
export function tellingJobs<J extends { conclusion?: string | null | undefined }>(jobs: readonly J[]): J[] {
  const failed = jobs.filter(isFailed);
  return failed.length > 0 ? failed : jobs.filter(({ conclusion }) => conclusion === 'cancelled');
}
