import { z } from 'zod';
import { globMatches } from './glob.ts';

/** Where test reports come from, beside those that pipelines send. */
export const TestSettings = z
  .strictObject({
    artifacts: z
      .array(z.string().min(1).max(200))
      .max(50)
      .default(['*junit*', '*test-results*', '*test_results*', '*test-report*', '*surefire*'])
      .describe(
        'Globs: names of the artefacts (of GitHub) that are read for test reports when a run has ended, upper or lower case. []: no platform is asked for test reports.',
      ),
  })
  .prefault({});
export type TestSettings = z.infer<typeof TestSettings>;

/** Whether what a run left behind under this name may hold test reports. */
export function mayBeTestReport({ artifacts }: TestSettings, name: string): boolean {
  return artifacts.some((glob) => globMatches(glob.toLowerCase(), name.toLowerCase()));
}
