import { z } from 'zod';

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;
/** What is put into a query must not be able to say more than a name: it stands between quotes, and may be read as a regular expression. */
const HARMLESS = /^[\w./:@ -]{1,512}$/;

/** A LogQL query in which some placeholders stand, between double quotes. */
export function LogQL(placeholders: readonly string[]) {
  return z
    .string()
    .min(1)
    .max(4_096)
    .refine((query) => [...query.matchAll(PLACEHOLDER)].every(([, name = '']) => placeholders.includes(name)), {
      error: `expected no other placeholders than ${placeholders.map((name) => `{{${name}}}`).join(' and ')}`,
    });
}

/** The query with its values put in; `why`: it can't be asked, because a value is missing or more than a name. */
export function logQuery(
  template: string,
  values: Readonly<Record<string, string>>,
): { query: string } | { why: string } {
  for (const [, name = ''] of template.matchAll(PLACEHOLDER)) {
    const value = values[name] ?? '';
    if (value === '') return { why: `the query asks for a ${name}, and none is known` };
    if (!HARMLESS.test(value)) return { why: `the ${name} has characters that are not put into a query` };
  }
  return { query: template.replaceAll(PLACEHOLDER, (_, name: string) => values[name] ?? '') };
}
