import { relative, sep } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * What takes longest, by what it took on two cores in a fresh clone (from minutes down to 20 s): what only waits stands beside what computes.
 * Jest's own order goes by the times of the last run, which a fresh clone does not have: it would begin the longest file last as likely as first,
 * and then one worker is busy for minutes while the others have nothing left to do. A file that is not here, or gone, costs some balance and no more.
 */
const LONGEST = [
  'tests/chaos/suite/suite.spec.ts',
  'tests/chaos/services-crash.spec.ts',
  'tests/chaos/remediator-crash.spec.ts',
  'libs/rules/src/scan/scanner.spec.ts',
  'services/remediator/src/remediator.spec.ts',
  'tests/console/pages.spec.ts',
  'tests/fuzz/fuzz.spec.ts',
  'tests/system/post-deploy.spec.ts',
  'services/cli/src/commands/rules.spec.ts',
  'services/cli/src/commands/train.spec.ts',
  'tests/system/loop.spec.ts',
  'tests/examples/quarantine.spec.ts',
  'tests/console/console.spec.ts',
  'services/remediator/src/workloads.spec.ts',
  'tests/system/start.spec.ts',
  'services/cli/src/up/up.spec.ts',
  'services/detector/src/watch/kubernetes/kubernetes-watch.spec.ts',
  'services/auditor/src/service.spec.ts',
  'services/remediator/src/review/reviews.spec.ts',
  'services/playground/src/playground.spec.ts',
  'libs/bus/src/bus.spec.ts',
  'libs/model/src/model.spec.ts',
  'tests/lint/boundaries.spec.ts',
  'services/remediator/src/actions/retry/retry-gitlab.spec.ts',
  'tests/system/garbage.spec.ts',
  'services/auditor/src/outage.spec.ts',
  'tests/system/approval.spec.ts',
  'libs/model/src/model-file.spec.ts',
  'services/detector/src/watch/post-deploy.spec.ts',
  'services/detector/src/detector.spec.ts',
];

/** The longest files first; all others as Jest has them. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path, context }) => {
      const at = LONGEST.indexOf(relative(context.config.rootDir, path).split(sep).join('/'));
      return at === -1 ? LONGEST.length : at;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
