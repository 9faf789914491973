import { bad, type Finding, note, ok } from '@prunella/core';
import type { Dependency } from '@prunella/policy';

const DOCS = 'docs/guide/preflight.md';

/** Whether each declared dependency can be probed from here: whether the secret that it names is set. Pure. */
export function dependencyFindings(
  dependencies: readonly Dependency[],
  environment: Readonly<Record<string, unknown>>,
): Finding[] {
  if (dependencies.length === 0) {
    return [
      note(
        'dependencies',
        'none is declared: runs start while what they need is down',
        'declare what pipelines need in prunella.yaml, under dependencies',
        DOCS,
      ),
    ];
  }
  const missing = dependencies.flatMap((dependency) => {
    const variable = secretOf(dependency);
    return variable !== undefined && !environment[variable] ? [{ name: dependency.name, variable }] : [];
  });
  if (missing.length === 0) return [ok('dependencies', `${dependencies.length} are probed`)];
  return missing.map(({ name, variable }) =>
    bad(`dependency ${name}`, `${variable} is not set, so it can't be probed`, 'set it for the detector', DOCS),
  );
}

function secretOf(dependency: Dependency): string | undefined {
  if ('tokenFrom' in dependency) return dependency.tokenFrom;
  return 'passwordFrom' in dependency ? dependency.passwordFrom : undefined;
}
