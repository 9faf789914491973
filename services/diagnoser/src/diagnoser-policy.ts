import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Policy, policyFile } from '@prunella/policy';
import { ENVIRONMENT, SettingsFile } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { DiagnoserEnvironment } from './environment.ts';

/** `prunella.yaml` as it is now, for all of the diagnoser. */
@Injectable()
export class DiagnoserPolicy implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly opened: Promise<SettingsFile<Policy>>;
  private file: SettingsFile<Policy> | undefined;

  constructor(@Inject(ENVIRONMENT) environment: DiagnoserEnvironment, logger: PinoLogger) {
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

  /** What holds right now. Before the service has started: what holds without a file. */
  get current(): Policy {
    return this.file?.current ?? policyFile.without;
  }
}
