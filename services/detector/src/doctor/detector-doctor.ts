import { Inject, Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { ciPlatforms } from '@prunella/ci';
import { examineRights, watchRights } from '@prunella/cluster';
import { note, systemClock } from '@prunella/core';
import { examinePrometheus } from '@prunella/metrics';
import { type Check, ENVIRONMENT, Examiner, newestPlaces, platformChecks, policyCheck } from '@prunella/service-kit';
import { DetectorPolicy } from '../detector-policy.ts';
import type { DetectorEnvironment } from '../environment.ts';
import { WebhookBook } from '../intake/webhook-book.ts';
import { watchedTypes } from '../watch/kubernetes/feeds.ts';
import { dependencyFindings } from './dependencies.ts';
import { sentWebhookFindings } from './sent-webhooks.ts';
import { webhookFindings } from './webhooks.ts';

/** A repository may have no webhook of its own: of the first ones that were seen one will. */
const MOST_PLACES = 3;

/** What the detector looks at when it is examined. */
@Injectable()
export class DetectorDoctor {
  constructor(
    examiner: Examiner,
    bus: Bus,
    @Inject(ENVIRONMENT) environment: DetectorEnvironment,
    policy: DetectorPolicy,
    heard: WebhookBook,
  ) {
    const variables = environment as unknown as NodeJS.ProcessEnv;
    const platforms = ciPlatforms(variables);
    const checks: Check[] = [
      {
        name: 'CI platforms',
        async examine() {
          if (platforms.length > 0) return [];
          const mend =
            'set GITHUB_TOKEN, GITLAB_TOKEN or JENKINS_URL for the detector, the diagnoser and the remediator';
          return [note('CI platforms', 'none is connected', mend, 'docs/guide/github.md')];
        },
      },
      {
        name: 'webhooks',
        examine: async () => webhookFindings(environment, await heard.all(), systemClock.now()),
      },
      ...platforms
        .filter(({ sentWebhooks }) => sentWebhooks !== undefined)
        .map((platform) => ({
          name: `${platform.id} deliveries`,
          examine: async (signal: AbortSignal) =>
            await sentWebhookFindings(platform, await newestPlaces(bus, platform.id, MOST_PLACES), signal),
        })),
      ...platformChecks(bus, platforms, 'read'),
      {
        name: 'Kubernetes',
        async examine() {
          const { watch, namespaces } = policy.current.kubernetes;
          return watch
            ? await examineRights(variables, watchRights(watchedTypes, namespaces), 'to watch the cluster')
            : [];
        },
      },
      { name: 'Prometheus', examine: (signal) => examinePrometheus(variables, signal) },
      { name: 'dependencies', examine: async () => dependencyFindings(policy.current.dependencies, variables) },
      policyCheck(policy),
    ];
    examiner.add(...checks);
  }
}
