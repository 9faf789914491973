import { Inject, Injectable } from '@nestjs/common';
import { type Policy, policyFile } from '@prunella/policy';
import { ENVIRONMENT, Settings } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { RemediatorEnvironment } from './environment.ts';

/** `prunella.yaml` as it is now, for all of the remediator. */
@Injectable()
export class RemediatorPolicy extends Settings<Policy> {
  constructor(@Inject(ENVIRONMENT) environment: RemediatorEnvironment, logger: PinoLogger) {
    super({ ...policyFile, path: environment.PRUNELLA_CONFIG }, logger);
  }
}
