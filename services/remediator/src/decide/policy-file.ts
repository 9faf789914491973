import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { defaultPolicy, type Policy, PolicyError, parsePolicy } from '@prunella/policy';

const DEFAULT_FILE = './prunella.yaml';
/** Editors write a file in several steps. */
const SETTLE_MS = 100;
/** Where the system does not tell of changes (network file systems, mounted ConfigMaps) they are found by looking. */
const LOOK_AGAIN_MS = 15_000;

/** Told when the file changed. */
export interface PolicyLog {
  reloaded(file: string): void;
  /** The policy before stays in force. */
  kept(file: string, problem: string): void;
}

/** The policy as its file says it now: read again when it changes; a broken file changes nothing. */
export class PolicyFile {
  private policy: Policy;
  private text: string | undefined;
  private problem: string | undefined;
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly looking: NodeJS.Timeout;

  private constructor(
    private readonly path: string | undefined,
    first: { policy: Policy; text: string | undefined },
    private readonly log: PolicyLog,
  ) {
    this.policy = first.policy;
    this.text = first.text;
    this.watch();
    this.looking = setInterval(() => void this.look(), LOOK_AGAIN_MS).unref();
  }

  /**
   * Reads the policy for the first time. No file at the default place: the safe defaults (recommend only).
   *
   * @throws ConfigError naming file, line and path.
   */
  static async open(path: string | undefined, log: PolicyLog): Promise<PolicyFile> {
    return new PolicyFile(path, await read(path), log);
  }

  get current(): Policy {
    return this.policy;
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
    const file = resolve(this.path ?? DEFAULT_FILE);
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
    const file = this.path ?? DEFAULT_FILE;
    try {
      const { policy, text } = await read(this.path);
      this.problem = undefined;
      if (text === this.text) return;
      this.policy = policy;
      this.text = text;
      this.log.reloaded(file);
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== this.problem) this.log.kept(file, problem);
      this.problem = problem;
    }
  }
}

async function read(path: string | undefined): Promise<{ policy: Policy; text: string | undefined }> {
  const file = path ?? DEFAULT_FILE;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { policy: defaultPolicy, text: undefined };
    }
    throw new ConfigError(
      `the policy file ${file} can't be read: ${messageOf(error)}; set PRUNELLA_CONFIG to the right one`,
    );
  }
  try {
    return { policy: parsePolicy(text, file), text };
  } catch (error) {
    if (error instanceof PolicyError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
