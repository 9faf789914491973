import { Inject, Injectable } from '@nestjs/common';
import { type Policy, policyFile } from '@prunella/policy';
import { ENVIRONMENT, Settings } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { DiagnoserEnvironment } from './environment.ts';

/** `prunella.yaml` as it is now, for all of the diagnoser. */
@Injectable()
export class DiagnoserPolicy extends Settings<Policy> {
  constructor(@Inject(ENVIRONMENT) environment: DiagnoserEnvironment, logger: PinoLogger) {
    super({ ...policyFile, path: environment.PRUNELLA_CONFIG }, logger);
  }
}
