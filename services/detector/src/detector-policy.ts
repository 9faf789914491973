import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Policy, policyFile } from '@prunella/policy';
import { ENVIRONMENT, SettingsFile } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { DetectorEnvironment } from './environment.ts';

/** `prunella.yaml` as it is now, for all of the detector. */
@Injectable()
export class DetectorPolicy implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly opened: Promise<SettingsFile<Policy>>;
  private file: SettingsFile<Policy> | undefined;

  constructor(@Inject(ENVIRONMENT) environment: DetectorEnvironment, logger: PinoLogger) {
    this.opened = SettingsFile.open(
      { ...policyFile, path: environment.PRUNELLA_CONFIG },
      {
        reloaded: (file) => logger.info({ file }, 'the policy was read again and is in force'),
        kept: (file, problem) => logger.error({ file, problem }, 'the policy file is broken: it stays as before'),
      },
    );
    // reported by onApplicationBootstrap
    this.opened.catch(() => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.file = await this.opened;
  }

  async onApplicationShutdown(): Promise<void> {
    // when the start itself failed there is nothing to close
    (await this.opened.catch(() => undefined))?.close();
  }

  /** Resolves when it was read. */
  get ready(): Promise<void> {
    return this.onApplicationBootstrap();
  }

  /** What holds right now. Before the service has started: what holds without a file. */
  get current(): Policy {
    return this.file?.current ?? policyFile.without;
  }
}
