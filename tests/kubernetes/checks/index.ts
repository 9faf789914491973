import { hygieneProblems } from './hygiene.ts';
import type { KubernetesObject } from './object.ts';
import { type External, referenceProblems } from './references.ts';
import { schemaProblems } from './schema.ts';

export { type Party, reaches } from './flows.ts';
export { type KubernetesObject, nameOf, type Pod, podsOf } from './object.ts';
export { type External } from './references.ts';
export { schemaProblems, shippedKinds } from './schema.ts';

/** Everything that is wrong with manifests that belong together. Only what fits its schema is looked at any further. */
export function problemsOf(objects: readonly KubernetesObject[], external: External): string[] {
  const misfits = objects.flatMap(schemaProblems);
  return misfits.length > 0 ? misfits : [...referenceProblems(objects, external), ...hygieneProblems(objects)];
}
