import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { PinoLogger } from 'nestjs-pino';
import { type FileOfSettings, SettingsFile } from './settings-file.ts';

/** A file of settings for all of a service: read when it starts, read again when the file changes, closed when it stops. A service extends it with its own. */
export class Settings<T> implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly opened: Promise<SettingsFile<T>>;
  private file: SettingsFile<T> | undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly of: FileOfSettings<T>,
    logger: Pick<PinoLogger, 'info' | 'error'>,
  ) {
    const { what } = of;
    this.opened = SettingsFile.open(of, {
      reloaded: (file) => {
        logger.info({ what, file }, 'settings were read again and are in force');
        for (const changed of this.listeners) changed();
      },
      kept: (file, problem) =>
        logger.error({ what, file, problem }, 'the file of settings is broken: they stay as before'),
    });
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

  /** Resolves when it was read. Throws ConfigError when it can't be. */
  get ready(): Promise<void> {
    return this.onApplicationBootstrap();
  }

  /** What holds right now. Before it was read: what holds without a file. */
  get current(): T {
    return this.file?.current ?? this.of.without;
  }

  /** Why what stands in the file is not in force; undefined: it is. */
  get rejected(): string | undefined {
    return this.file?.rejected;
  }

  /** Where the file is looked for. */
  get path(): string {
    return this.of.path ?? this.of.usual;
  }

  /** Called after each change that is in force. Must not throw. */
  onChange(changed: () => void): void {
    this.listeners.push(changed);
  }
}
