import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { ConfigError, messageOf, PrunellaError } from '@prunella/core';

/** Editors write a file in several steps. */
const SETTLE_MS = 100;
/** Where the system does not tell of changes (network file systems, mounted ConfigMaps) they are found by looking. */
const LOOK_AGAIN_MS = 15_000;

/** Which file, and what it means. */
export interface FileOfSettings<T> {
  /** What it is, for messages: `policy`. */
  what: string;
  /** The variable that names it: `PRUNELLA_CONFIG`. */
  variable: string;
  /** Where it is by that variable; undefined: it is not set. */
  path: string | undefined;
  /** Where it is else. */
  usual: string;
  /** What holds where there is none at the usual place. */
  without: T;
  /** Throws PrunellaError with what is wrong. */
  parse(text: string, file: string): T;
}

/** Told when the file changed. */
export interface FileLog {
  reloaded(file: string): void;
  /** What held before stays in force. */
  kept(file: string, problem: string): void;
}

/** Settings as their file says it now: read again when it changes; a broken file changes nothing. */
export class SettingsFile<T> {
  private value: T;
  private text: string | undefined;
  private problem: string | undefined;
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly looking: NodeJS.Timeout;
  private readonly file: string;

  private constructor(
    private readonly of: FileOfSettings<T>,
    first: { value: T; text: string | undefined },
    private readonly log: FileLog,
  ) {
    this.file = of.path ?? of.usual;
    this.value = first.value;
    this.text = first.text;
    this.watch();
    this.looking = setInterval(() => void this.look(), LOOK_AGAIN_MS).unref();
  }

  /**
   * Reads the file for the first time.
   *
   * @throws ConfigError naming the file, and what is wrong with it.
   */
  static async open<T>(of: FileOfSettings<T>, log: FileLog): Promise<SettingsFile<T>> {
    return new SettingsFile(of, await read(of), log);
  }

  get current(): T {
    return this.value;
  }

  /** Why what stands in the file is not in force; undefined: it is. */
  get rejected(): string | undefined {
    return this.problem;
  }

  close(): void {
    this.watcher?.close();
    clearTimeout(this.timer);
    clearInterval(this.looking);
  }

  /** Watches the folder: a file that is replaced is another one, and may not be there yet. */
  private watch(): void {
    const file = resolve(this.file);
    try {
      this.watcher = watch(dirname(file), { persistent: false }, (_, name) => {
        // A mounted ConfigMap swaps a link beside the file.
        if (name !== null && name !== basename(file) && !name.startsWith('..')) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.look(), SETTLE_MS).unref();
      });
      this.watcher.on('error', () => this.watcher?.close());
    } catch {
      // Looking from time to time is left.
    }
  }

  private async look(): Promise<void> {
    try {
      const { value, text } = await read(this.of);
      this.problem = undefined;
      if (text === this.text) return;
      this.value = value;
      this.text = text;
      this.log.reloaded(this.file);
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.problem) this.log.kept(this.file, problem);
      this.problem = problem;
    }
  }
}

async function read<T>(of: FileOfSettings<T>): Promise<{ value: T; text: string | undefined }> {
  const file = of.path ?? of.usual;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (of.path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { value: of.without, text: undefined };
    }
    throw new ConfigError(
      `the ${of.what} file ${file} can't be read: ${messageOf(error)}; set ${of.variable} to the right one`,
    );
  }
  try {
    return { value: of.parse(text, file), text };
  } catch (error) {
    if (error instanceof PrunellaError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
