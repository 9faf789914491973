import type { Detector } from './detectors.ts';
import { type Series, SHIFT_GRACE } from './simulate.ts';

/** How a detector did on simulated builds. */
export interface BuildFigures {
  detector: string;
  /** Of what was told, how much was planted. */
  precision: number;
  /** Of the planted runs, how many were told. */
  recall: number;
  /** Of the planted slow-downs (1 to 3 runs), how many were told at least once. */
  slowdowns: number;
  /** Runs from the first slow one to the first that was told; mean over those that were told. */
  delay: number;
  /** Wrongly told, for each 1000 usual runs. */
  falsePerThousand: number;
  /** Told in the first runs on a new level, mean of each shift. */
  perShift: number;
}

export function measureBuilds(name: string, make: () => Detector, series: readonly Series[]): BuildFigures {
  const sum = { told: 0, right: 0, slow: 0, wrong: 0, usual: 0, bursts: 0, found: 0, delay: 0, shifts: 0, atShift: 0 };
  for (const { builds } of series) {
    const detect = make();
    let burst: { from: number; found: boolean } | undefined;
    builds.forEach(({ value, at, truth }, run) => {
      const { told } = detect({ value, at });
      if (truth === 'slow') {
        sum.slow += 1;
        if (burst === undefined) {
          burst = { from: run, found: false };
          sum.bursts += 1;
        }
        if (told) {
          sum.right += 1;
          if (!burst.found) {
            burst.found = true;
            sum.found += 1;
            sum.delay += run - burst.from;
          }
        }
        return;
      }
      burst = undefined;
      if (truth === 'shift') {
        sum.shifts += 1 / SHIFT_GRACE;
        if (told) sum.atShift += 1;
      } else {
        sum.usual += 1;
        if (told) sum.wrong += 1;
      }
    });
  }
  return {
    detector: name,
    precision: sum.right / Math.max(sum.right + sum.wrong, 1),
    recall: sum.right / sum.slow,
    slowdowns: sum.found / sum.bursts,
    delay: sum.delay / Math.max(sum.found, 1),
    falsePerThousand: (sum.wrong / sum.usual) * 1_000,
    perShift: sum.atShift / Math.max(sum.shifts, 1),
  };
}
