/** What stands in JSON text for a character that Postgres refuses. */
export const REPLACED = '\\ufffd';

/**
 * JSON text that Postgres takes as jsonb. It refuses NUL and unpaired surrogates, which logs of others may well hold:
 * they become U+FFFD.
 */
export function storable(value: unknown): string {
  const text = JSON.stringify(value);
  // Hardly any text has one, and to look at each escape takes as long as to write all of it.
  if (!text.includes('\\u')) return text;
  return text.replaceAll(/\\(u(?:0000|d[89a-f][0-9a-f]{2})|.)/g, (sequence: string, kind: string) =>
    kind.length === 5 ? REPLACED : sequence,
  );
}

/** Text that Postgres takes as text, by the same rule. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
