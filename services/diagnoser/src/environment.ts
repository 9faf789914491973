import { Duration } from '@prunella/core';
import { CommonEnvironment, optional } from '@prunella/service-kit';
import { z } from 'zod';

/** What the diagnoser reads from its environment. Loose: each CI platform finds its own variables in it (see libs/ci). */
export const DiagnoserEnvironment = CommonEnvironment.extend({
  PRUNELLA_RULES_DIR: optional(z.string().min(1)).describe(
    'Folder with rules of your own, *.yaml. Default: ./prunella-rules, where it exists.',
  ),
  PRUNELLA_MODEL: optional(z.string().min(1)).describe(
    'File with a model that `prunella train` wrote. Default: ./prunella.model, where it exists, else the one that comes with Prunella.',
  ),
  PRUNELLA_CONFIG: optional(z.string()).describe(
    'The policy file, for its `metrics`. Default: ./prunella.yaml when it is there.',
  ),
  PROMETHEUS_URL: optional(z.url()).describe(
    'The Prometheus that is asked about the workload of a failure that came without metrics. Default: nobody is asked.',
  ),
  PROMETHEUS_TOKEN: optional(z.string().min(1)).describe('Bearer token for it.'),
  PRUNELLA_FLAKY_WITHIN: Duration.prefault('14d').describe(
    'For how long it excuses a failing test that it was seen to fail and pass at the same commit.',
  ),
}).loose();
export type DiagnoserEnvironment = z.infer<typeof DiagnoserEnvironment>;
