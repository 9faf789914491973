import { ConfigError, messageOf } from './errors.ts';

/** What may be given as a file: secrets, and addresses with a password in them. */
const SECRET = /^(.+(?:TOKEN|SECRET|PASSWORD|KEY|_URL))_FILE$/;

type Environment = Record<string, string | undefined>;

/**
 * The environment with the contents of files in it: `GITHUB_TOKEN_FILE=/run/secrets/github` is as good as `GITHUB_TOKEN`, the way in which Docker and
 * Kubernetes hand over secrets. A variable that is set itself wins; white space at the end of a file does not count.
 *
 * @throws ConfigError for a file that can't be read. What is in a file is never repeated.
 */
export function withSecretFiles(environment: Environment, read: (path: string) => string): Environment {
  const all = { ...environment };
  for (const [variable, path] of Object.entries(environment)) {
    const name = SECRET.exec(variable)?.[1];
    if (name === undefined || !path || environment[name]) continue;
    try {
      all[name] = read(path).trimEnd();
    } catch (error) {
      throw new ConfigError(`${variable} names a file that can't be read: ${messageOf(error)}`);
    }
  }
  return all;
}
