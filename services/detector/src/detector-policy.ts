import { Inject, Injectable } from '@nestjs/common';
import { type Policy, policyFile } from '@prunella/policy';
import { ENVIRONMENT, Settings } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { DetectorEnvironment } from './environment.ts';

/** `prunella.yaml` as it is now, for all of the detector. */
@Injectable()
export class DetectorPolicy extends Settings<Policy> {
  constructor(@Inject(ENVIRONMENT) environment: DetectorEnvironment, logger: PinoLogger) {
    super({ ...policyFile, path: environment.PRUNELLA_CONFIG }, logger);
  }
}
