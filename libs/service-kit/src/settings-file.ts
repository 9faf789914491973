import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { ConfigError, messageOf, PrunellaError, systemClock } from '@prunella/core';

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

/** What stands in the file and is not in force. */
export interface RejectedSettings {
  /** Since when that is known, in ms since the epoch. */
  since: number;
  /** undefined: the file can't be read. */
  text: string | undefined;
  error: unknown;
}

/** Settings as their file says it now: read again when it changes; a broken file changes nothing. */
export class SettingsFile<T> {
  private value: T;
  private text: string | undefined;
  private refused: (RejectedSettings & { problem: string }) | undefined;
  private readAt = systemClock.now();
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly looking: NodeJS.Timeout;
  /** As it is called in messages. */
  readonly file: string;

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
    const text = await read(of);
    return new SettingsFile(of, { value: parsed(of, text), text }, log);
  }

  get current(): T {
    return this.value;
  }

  /** What is in force, as it is written; undefined: there is no file. */
  get source(): string | undefined {
    return this.text;
  }

  /** Since when this process goes by it, in ms since the epoch. */
  get since(): number {
    return this.readAt;
  }

  /** Why what stands in the file is not in force; undefined: it is. */
  get rejected(): string | undefined {
    return this.refused?.problem;
  }

  /** What stands in the file instead of what is in force; undefined: nothing else. */
  get rejection(): RejectedSettings | undefined {
    return this.refused;
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
    let text: string | undefined;
    try {
      text = await read(this.of);
      const value = text === this.text ? this.value : parsed(this.of, text);
      this.refused = undefined;
      if (text === this.text) return;
      this.value = value;
      this.text = text;
      this.readAt = systemClock.now();
      this.log.reloaded(this.file);
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.refused?.problem) this.log.kept(this.file, problem);
      this.refused = { since: this.refused?.since ?? systemClock.now(), text, error, problem };
    }
  }
}

/** @returns undefined: there is none at the usual place. */
async function read<T>(of: FileOfSettings<T>): Promise<string | undefined> {
  const file = of.path ?? of.usual;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (of.path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(
      `the ${of.what} file ${file} can't be read: ${messageOf(error)}; set ${of.variable} to the right one`,
    );
  }
}

function parsed<T>(of: FileOfSettings<T>, text: string | undefined): T {
  if (text === undefined) return of.without;
  try {
    return of.parse(text, of.path ?? of.usual);
  } catch (error) {
    if (error instanceof PrunellaError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
