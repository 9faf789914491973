import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { defaultPolicy, type Policy, PolicyError, parsePolicy } from '@prunella/policy';
import type { Context } from '../context.ts';

const USUAL_FILE = 'prunella.yaml';

/** A policy and where it came from. */
export interface FoundPolicy {
  policy: Policy;
  /** As the user named it; undefined: there is no file, and the defaults hold. */
  file: string | undefined;
}

/**
 * The policy that the remediator would use: the named file, PRUNELLA_CONFIG, or `./prunella.yaml` where it exists.
 *
 * @throws ConfigError naming every problem with file, line and path.
 */
export async function readPolicy({ env, cwd }: Pick<Context, 'env' | 'cwd'>, asked?: string): Promise<FoundPolicy> {
  const named = asked ?? (env['PRUNELLA_CONFIG'] || undefined);
  const file = named ?? USUAL_FILE;
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { policy: defaultPolicy, file: undefined };
    }
    throw new ConfigError(`expected a policy file, found ${file}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return { policy: parsePolicy(text, file), file };
  } catch (error) {
    if (error instanceof PolicyError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
