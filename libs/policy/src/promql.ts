import type { Workload } from '@prunella/contracts';
import { z } from 'zod';

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;
const PLACEHOLDERS: readonly string[] = ['namespace', 'name'];

export const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** A PromQL expression; {{namespace}} and {{name}} are those of the workload that it asks about. */
export const PromQL = z
  .string()
  .min(1)
  .max(4_096)
  .refine((query) => placeholdersOf(query).every((name) => PLACEHOLDERS.includes(name)), {
    error: 'expected no other placeholders than {{namespace}} and {{name}}',
  });

/** The query about a workload; `why`: it can't be asked. */
export function queryFor(template: string, workload: Workload | undefined): { query: string } | { why: string } {
  if (placeholdersOf(template).length === 0) return { query: template };
  if (workload === undefined)
    return { why: 'the query asks for a workload, and neither the watch nor the event names one' };
  const { namespace, name } = workload;
  // What an event says is put into a query: it must not be able to say more than a name.
  if (![namespace, name].every((word) => KUBERNETES_NAME.test(word))) {
    return { why: 'the event names a workload that Kubernetes can not have' };
  }
  const values: Record<string, string> = { namespace, name };
  return { query: template.replaceAll(PLACEHOLDER, (_, word: string) => values[word] ?? '') };
}

function placeholdersOf(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}
