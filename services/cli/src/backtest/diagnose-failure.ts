import type { DiagnosisMade, PipelineFailed } from '@prunella/contracts';
import { iso, runOf } from '@prunella/core';
import { diagnose } from '@prunella/diagnosis';
import type { Brain } from '../diagnose/brain.ts';

/** What the diagnoser makes of a failure of which it can read no log: its rules on what the event says. Nothing is learnt yet. */
export function diagnoseFailure(brain: Brain, failed: PipelineFailed, at: number): DiagnosisMade {
  const { error, jobs, metrics, conclusion, incidentId } = failed;
  const input = { logs: [], ...(error !== undefined && { error }), jobs, metrics, conclusion };
  const diagnosis = diagnose(input, { ...brain, learnt: () => undefined });
  return { ...diagnosis, incidentId, run: runOf(failed), diagnosedAt: iso(at), gaps: [] };
}
