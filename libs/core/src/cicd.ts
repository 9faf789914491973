import type { Conclusion } from '@prunella/contracts';

/**
 * What OpenTelemetry calls the result of a pipeline run (`cicd.pipeline.result`):
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/cicd/. It has no word for the last three.
 */
const RESULTS: Readonly<Record<Conclusion, string>> = {
  success: 'success',
  failure: 'failure',
  timed_out: 'timeout',
  startup_failure: 'error',
  cancelled: 'cancellation',
  skipped: 'skip',
  neutral: 'neutral',
  stale: 'stale',
  action_required: 'action_required',
};

export function cicdResultOf(conclusion: Conclusion): string {
  return RESULTS[conclusion];
}
