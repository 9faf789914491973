import { Inject, Injectable } from '@nestjs/common';
import type { Model } from '@prunella/model';
import { ENVIRONMENT, Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { DiagnoserEnvironment } from '../environment.ts';
import { loadModel } from './load-model.ts';

/** The model that takes part in diagnoses; metrics and log tell when it is another one than was asked for. */
@Injectable()
export class ModelInUse {
  /** Absent: rules decide alone. */
  readonly model: Model | undefined;
  /** Why it is another one than was asked for; absent: it is that one. */
  readonly problem: string | undefined;

  constructor(@Inject(ENVIRONMENT) environment: DiagnoserEnvironment, metrics: Metrics, logger: PinoLogger) {
    const { model, problem } = loadModel(environment.PRUNELLA_MODEL);
    this.model = model;
    this.problem = problem;
    if (problem !== undefined) logger.warn({ problem, used: model?.version ?? 'rules alone' }, 'model not usable');
    metrics.gauge('diagnoser_model_fallback', '1 when the model that was asked for could not be used.', () =>
      Number(problem !== undefined),
    );
    metrics.gauge('diagnoser_model_loaded', '1 when a model takes part in diagnoses, 0 when rules decide alone.', () =>
      Number(model !== undefined),
    );
  }
}
