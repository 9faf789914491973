import type { Workload } from '@prunella/contracts';
import { z } from 'zod';

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/y;
const PLACEHOLDERS: readonly string[] = ['namespace', 'name'];
/** What stands for something in a regular expression of RE2. */
const REGEX_SIGNS = /[\\^$.|?*+()[\]{}]/g;

export const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** A PromQL expression; {{namespace}} and {{name}} are those of the workload that it asks about. */
export const PromQL = z
  .string()
  .min(1)
  .max(4_096)
  .refine((query) => placesIn(query).every(({ name }) => PLACEHOLDERS.includes(name)), {
    error: 'expected no other placeholders than {{namespace}} and {{name}}',
  });

/** Where a placeholder stands in a query. */
export interface Place {
  /** Of the placeholder. */
  name: string;
  /** The quotes that it stands in; empty: in none. */
  quote: string;
  /** Whether what is quoted is a regular expression. */
  regex: boolean;
  /** Where it begins in the query, and where it ends. */
  from: number;
  to: number;
}

/** The query about a workload; `why`: it can't be asked. */
export function queryFor(template: string, workload: Workload | undefined): { query: string } | { why: string } {
  if (placesIn(template).length === 0) return { query: template };
  if (workload === undefined)
    return { why: 'the query asks for a workload, and neither the watch nor the event names one' };
  const { namespace, name } = workload;
  // What an event says is put into a query, also outside of quotes: it must not be able to say more than a name.
  if (![namespace, name].every((word) => KUBERNETES_NAME.test(word))) {
    return { why: 'the event names a workload that Kubernetes can not have' };
  }
  return { query: filled(template, { namespace, name }) };
}

/** The query with values in the place of its placeholders. Within quotes a value stands for itself, whatever signs it is made of. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  let query = '';
  let at = 0;
  for (const place of placesIn(template)) {
    query += template.slice(at, place.from) + quoted(values[place.name] ?? '', place);
    at = place.to;
  }
  return query + template.slice(at);
}

/** The placeholders of a query, in its order. */
export function placesIn(template: string): Place[] {
  const places: Place[] = [];
  let quote = '';
  let regex = false;
  for (let at = 0; at < template.length; ) {
    const sign = template[at] as string;
    PLACEHOLDER.lastIndex = at;
    const placeholder = PLACEHOLDER.exec(template);
    if (placeholder !== null) {
      const to = PLACEHOLDER.lastIndex;
      places.push({ name: placeholder[1] as string, quote, regex, from: at, to });
      at = to;
    } else if (quote === '' && sign === '#') {
      const end = template.indexOf('\n', at);
      at = end < 0 ? template.length : end;
    } else {
      if (quote === '' && /["'`]/.test(sign)) {
        quote = sign;
        regex = /[=!]~\s*$/.test(template.slice(0, at));
      } else if (sign === quote) {
        quote = '';
        regex = false;
      }
      // What is escaped ends no quote.
      at += quote !== '' && quote !== '`' && sign === '\\' ? 2 : 1;
    }
  }
  return places;
}

function quoted(value: string, { quote, regex }: Place): string {
  const text = regex ? value.replaceAll(REGEX_SIGNS, '\\$&') : value;
  if (quote !== '"' && quote !== "'") return text;
  return text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
}
