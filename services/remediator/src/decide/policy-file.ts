import { readFile } from 'node:fs/promises';
import { ConfigError, messageOf } from '@prunella/core';
import { defaultPolicy, type Policy, PolicyError, parsePolicy } from '@prunella/policy';

const DEFAULT_FILE = './prunella.yaml';

/**
 * Reads the policy. No file at the default place: the safe defaults (recommend only).
 *
 * @throws ConfigError naming file, line and path.
 */
export async function readPolicy(path: string | undefined): Promise<Policy> {
  const file = path ?? DEFAULT_FILE;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return defaultPolicy;
    throw new ConfigError(
      `the policy file ${file} can't be read: ${messageOf(error)}; set PRUNELLA_CONFIG to the right one`,
    );
  }
  try {
    return parsePolicy(text, file);
  } catch (error) {
    if (error instanceof PolicyError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
