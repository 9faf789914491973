import { stableId } from '@prunella/core';
import type { PodTemplate } from './objects.ts';

/** What controllers add to the template of a revision, and `$patch`, which only says how a ControllerRevision is applied. */
const HASH_LABELS = ['pod-template-hash', 'rollouts-pod-template-hash'];

/** The template as its author wrote it: without what a controller adds to that of a revision. */
export function authored(template: PodTemplate & { $patch?: string }): PodTemplate {
  const { $patch: _how, ...rest } = template;
  const labels = Object.entries(rest.metadata?.labels ?? {}).filter(([name]) => !HASH_LABELS.includes(name));
  return { ...rest, metadata: { ...rest.metadata, labels: Object.fromEntries(labels) } };
}

/** The same for the same template, whatever the order of its keys and whatever a controller added to it. */
export function templateHash(template: PodTemplate): string {
  return stableId('t', canonical(authored(template)));
}

/** The same text for the same value, whatever the order of its keys. What is null, or metadata without entries, is the same as absent. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    const entries = Object.entries(item).filter(([, one]) => one !== null && one !== undefined);
    if ((key === 'labels' || key === 'annotations') && entries.length === 0) return undefined;
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
