import type { Conclusion } from '@prunella/contracts';

/** UNSTABLE is what a build with failed tests is. What Jenkins gives no result says nothing: `neutral`. Pure. */
export function jenkinsConclusion(result: string | null | undefined): Conclusion {
  switch (result) {
    case 'SUCCESS':
      return 'success';
    case 'FAILURE':
    case 'UNSTABLE':
      return 'failure';
    case 'ABORTED':
      return 'cancelled';
    case 'NOT_BUILT':
      return 'skipped';
    default:
      return 'neutral';
  }
}
