import { Inject, Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { ciPlatforms } from '@prunella/ci';
import { examineRights, healingRights } from '@prunella/cluster';
import { examinePrometheus } from '@prunella/metrics';
import { examineSlack } from '@prunella/notify';
import { ENVIRONMENT, Examiner, platformChecks, policyCheck } from '@prunella/service-kit';
import type { RemediatorEnvironment } from '../environment.ts';
import { RemediatorPolicy } from '../remediator-policy.ts';
import { modeFindings, publicUrlFinding } from './findings.ts';

/** What the remediator looks at when it is examined: whether it may do what it would do. Nothing is tried. */
@Injectable()
export class RemediatorDoctor {
  constructor(
    examiner: Examiner,
    bus: Bus,
    @Inject(ENVIRONMENT) environment: RemediatorEnvironment,
    policy: RemediatorPolicy,
  ) {
    const variables = environment as unknown as NodeJS.ProcessEnv;
    const platforms = ciPlatforms(variables);
    examiner.add(
      policyCheck(policy),
      { name: 'mode', examine: async () => modeFindings(policy.current) },
      ...platformChecks(bus, platforms, 'write'),
      {
        name: 'Kubernetes',
        examine: () =>
          examineRights(variables, healingRights(policy.current.kubernetes.namespaces), 'to heal workloads'),
      },
      { name: 'Slack', examine: (signal) => examineSlack(variables, signal) },
      { name: 'links', examine: async () => [publicUrlFinding(environment.PRUNELLA_PUBLIC_URL)] },
      {
        name: 'Prometheus',
        examine: async (signal) => (variables['PROMETHEUS_URL'] ? await examinePrometheus(variables, signal) : []),
      },
    );
  }
}
