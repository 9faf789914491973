import { Inject, Injectable } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { ciPlatforms } from '@prunella/ci';
import { bad, ok } from '@prunella/core';
import type { DiagnosisDeps } from '@prunella/diagnosis';
import { examinePrometheus } from '@prunella/metrics';
import { ENVIRONMENT, Examiner, platformChecks, policyCheck } from '@prunella/service-kit';
import { DiagnoserPolicy } from '../diagnoser-policy.ts';
import type { DiagnoserEnvironment } from '../environment.ts';
import { ModelInUse } from '../model/model-in-use.ts';
import { KNOWLEDGE, READERS, type Readers } from '../tokens.ts';
import { LatestRuns } from './latest-runs.ts';
import { logAccess } from './log-access.ts';

/** What the diagnoser looks at when it is examined. */
@Injectable()
export class DiagnoserDoctor {
  constructor(
    examiner: Examiner,
    bus: Bus,
    @Inject(ENVIRONMENT) environment: DiagnoserEnvironment,
    @Inject(KNOWLEDGE) knowledge: DiagnosisDeps,
    @Inject(READERS) readers: Readers,
    model: ModelInUse,
    policy: DiagnoserPolicy,
    latest: LatestRuns,
  ) {
    const variables = environment as unknown as NodeJS.ProcessEnv;
    examiner.add(
      { name: 'rules', examine: async () => [ok('rules', `${knowledge.rules.rules.length} are loaded`)] },
      { name: 'model', examine: async () => [modelFinding(model)] },
      {
        name: 'logs',
        async examine(signal) {
          const runs = await latest.all();
          const found = await Promise.all(runs.map((run) => logAccess(run, readers.get(run.platform), signal)));
          return found.flat();
        },
      },
      ...platformChecks(bus, ciPlatforms(variables), 'read'),
      // Without it failures that bring no metrics are diagnosed by their logs: the detector tells that it is not set.
      {
        name: 'Prometheus',
        examine: async (signal) => (environment.PROMETHEUS_URL ? await examinePrometheus(variables, signal) : []),
      },
      policyCheck(policy),
    );
  }
}

function modelFinding({ model, problem }: Pick<ModelInUse, 'model' | 'problem'>) {
  const used = model === undefined ? 'rules decide alone' : `the model ${model.version} takes part in diagnoses`;
  return problem === undefined
    ? ok('model', used)
    : bad('model', `${problem}; so ${used}`, 'train it again (prunella train), or unset PRUNELLA_MODEL');
}
