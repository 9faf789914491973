import { bad, type Finding, messageOf, note, ok } from '@prunella/core';
import { prometheusFromEnvironment } from '@prunella/metrics';
import type { Context } from '../context.ts';

/** Asks for the number 1. */
export async function checkPrometheus({ env }: Pick<Context, 'env'>): Promise<Finding> {
  const prometheus = prometheusFromEnvironment(env);
  if (prometheus === undefined) {
    return note(
      'Prometheus',
      'PROMETHEUS_URL is not set: nobody looks at error rates after a deployment',
      'set it for the detector and the remediator, and write watches into prunella.yaml',
    );
  }
  try {
    await prometheus.value('vector(1)', AbortSignal.timeout(5_000));
    return ok('Prometheus', 'answers queries');
  } catch (error) {
    return bad('Prometheus', messageOf(error), 'mend PROMETHEUS_URL or PROMETHEUS_TOKEN');
  }
}
