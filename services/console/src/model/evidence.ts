import type { EvidenceLine } from './incident.ts';

export interface EvidenceBlock {
  /** Name of the job whose log it is; empty when it is not known. */
  job: string;
  /** In the order of the log. */
  lines: (EvidenceLine & { decisive: boolean /** Lines left out right above this one. */; skipped: number })[];
}

/**
 * Groups evidence by job for reading, each in the order of its log. The diagnoser sends the strongest line first:
 * that one is the decisive one.
 */
export function toBlocks(evidence: readonly EvidenceLine[]): EvidenceBlock[] {
  const jobs = [...new Set(evidence.map((line) => line.job))];
  return jobs.map((job) => {
    const ofJob = evidence.filter((line) => line.job === job).sort((a, b) => a.line - b.line);
    const lines = ofJob.map((line, index) => {
      const above = ofJob[index - 1];
      return { ...line, decisive: line === evidence[0], skipped: above ? Math.max(0, line.line - above.line - 1) : 0 };
    });
    return { job, lines };
  });
}
