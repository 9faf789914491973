import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, messageOf } from '@prunella/core';

/** A GitHub App as it is configured here. */
export interface App {
  /** Its number, or its client id. */
  id: string;
  /** PEM, PKCS#8. */
  privateKey: string;
  /** Its only installation; absent: it is looked up for each repository. */
  installationId?: number;
}

/**
 * GITHUB_APP_ID, with GITHUB_APP_PRIVATE_KEY (PEM, also with `\n` for line breaks, or base64 of it) or GITHUB_APP_PRIVATE_KEY_FILE, and
 * GITHUB_APP_INSTALLATION_ID. undefined: no App is configured.
 *
 * @throws ConfigError when a part is missing or can't be read. The key is never in its text.
 */
export function appFrom(environment: NodeJS.ProcessEnv): App | undefined {
  const { GITHUB_APP_ID: id, GITHUB_APP_INSTALLATION_ID: installation } = environment;
  const key = keyFrom(environment);
  if (!id && key === undefined) return undefined;
  if (!id) throw new ConfigError(`${key?.from} is set, but GITHUB_APP_ID is not: set both, or none`);
  if (key === undefined)
    throw new ConfigError(
      'GITHUB_APP_ID is set, but no key of the App: set GITHUB_APP_PRIVATE_KEY or GITHUB_APP_PRIVATE_KEY_FILE',
    );
  if (installation && !/^[1-9]\d{0,14}$/.test(installation))
    throw new ConfigError(`GITHUB_APP_INSTALLATION_ID: expected a number, found "${installation.slice(0, 40)}"`);
  return { id, privateKey: pemOf(key), ...(installation && { installationId: Number(installation) }) };
}

interface Key {
  text: string;
  /** The variable that says it. */
  from: string;
}

function keyFrom(environment: NodeJS.ProcessEnv): Key | undefined {
  const { GITHUB_APP_PRIVATE_KEY: text, GITHUB_APP_PRIVATE_KEY_FILE: file } = environment;
  if (text) return { text, from: 'GITHUB_APP_PRIVATE_KEY' };
  if (!file) return undefined;
  try {
    return { text: readFileSync(file, 'utf8'), from: 'GITHUB_APP_PRIVATE_KEY_FILE' };
  } catch (error) {
    throw new ConfigError(`GITHUB_APP_PRIVATE_KEY_FILE can't be read: ${messageOf(error)}`);
  }
}

function pemOf({ text, from }: Key): string {
  const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : Buffer.from(text, 'base64').toString();
  try {
    return createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch {
    throw new ConfigError(`${from}: expected the private key of the App: PEM, or base64 of it`);
  }
}
