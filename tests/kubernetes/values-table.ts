import { parse } from 'yaml';

/** A value of the chart: its path, what it is when nobody says otherwise, and what the comment above it says. */
export interface ValueRow {
  path: string;
  fallback: unknown;
  about: string;
}

/** The values that have a comment `# -- ...` above them, in their order. */
export function valueRows(text: string): ValueRow[] {
  const all: unknown = parse(text);
  const rows: ValueRow[] = [];
  const stack: { indent: number; key: string }[] = [];
  let about: string | undefined;
  for (const line of text.split('\n')) {
    const comment = /^ *# -- (.*)$/.exec(line)?.[1];
    const [, spaces = '', key] = /^( *)([A-Za-z]\w*):/.exec(line) ?? [];
    if (comment !== undefined) about = comment;
    if (key === undefined) continue;
    while ((stack.at(-1)?.indent ?? -1) >= spaces.length) stack.pop();
    stack.push({ indent: spaces.length, key });
    if (about === undefined) continue;
    const path = stack.map((one) => one.key);
    rows.push({ path: path.join('.'), fallback: at(all, path), about });
    about = undefined;
  }
  return rows;
}

/** The paths of all values, down to those that have a row or no maps below them. */
export function leaves(value: unknown, rows: ReadonlySet<string>, path: readonly string[] = []): string[] {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap || rows.has(path.join('.'))) return [path.join('.')];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, rows, [...path, key]));
}

/** The page of the reference. */
export function valuesPage(text: string): string {
  const rows = valueRows(text).map(({ path, fallback, about }) => `| \`${path}\` | \`${JSON.stringify(fallback)}\` | ${about.replaceAll('|', '\\|')} |`);
  return `# Values of the Helm chart

Made from the comments in \`deploy/kubernetes/helm/prunella/values.yaml\` by \`npm run kubernetes:generate\`. How to install it: [docs/guide/kubernetes-install.md](../guide/kubernetes-install.md).

| value | default | what it is |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  return key === undefined ? value : at((value as Record<string, unknown>)[key], rest);
}
