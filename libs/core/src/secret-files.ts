import { ConfigError, messageOf } from './errors.ts';

/** What may be given as a file: secrets, addresses with a password in them, headers (of OpenTelemetry), and what `dependencies` of the policy name. */
const SECRET = /^(?:.+(?:TOKEN|SECRET|PASSWORD|KEY|_URL|_HEADERS)|DEPENDENCY_.+)$/;
const SUFFIX = '_FILE';

type Environment = Record<string, string | undefined>;

/** Whether `<name>_FILE` is read in its place. */
export function mayBeFile(name: string): boolean {
  return SECRET.test(name);
}

/**
 * The environment with the contents of files in it: `GITHUB_TOKEN_FILE=/run/secrets/github` is as good as `GITHUB_TOKEN`, the way in which Docker and
 * Kubernetes hand over secrets. A variable that is set itself wins; white space at the end of a file does not count.
 *
 * @throws ConfigError for a file that can't be read. What is in a file is never repeated.
 */
export function withSecretFiles(environment: Environment, read: (path: string) => string): Environment {
  const all = { ...environment };
  for (const [variable, path] of Object.entries(environment)) {
    if (!variable.endsWith(SUFFIX)) continue;
    const name = variable.slice(0, -SUFFIX.length);
    if (!mayBeFile(name) || !path || environment[name]) continue;
    try {
      all[name] = read(path).trimEnd();
    } catch (error) {
      throw new ConfigError(`${variable} names a file that can't be read: ${messageOf(error)}`);
    }
  }
  return all;
}
