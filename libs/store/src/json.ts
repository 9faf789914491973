/**
 * JSON text that Postgres takes as jsonb. It refuses NUL and unpaired surrogates, which logs of others may well hold:
 * they become U+FFFD.
 */
export function storable(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\\(u(?:0000|d[89a-f][0-9a-f]{2})|.)/g, (sequence: string, kind: string) =>
    kind.length === 5 ? '\\ufffd' : sequence,
  );
}
