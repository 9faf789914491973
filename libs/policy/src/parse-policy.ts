import { describe } from '@prunella/contracts';
import { messageOf, nearestName } from '@prunella/core';
import { type Document, isMap, isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { type Policy, PolicySchema, policyJsonSchema } from './policy.ts';
import { PolicyError, type PolicyProblem } from './policy-error.ts';

type Path = readonly PropertyKey[];

/** Whoever has more to mend asks again: to find the place of each takes as long as the text is. */
const MOST_PROBLEMS = 100;

/** What holds without a file. */
export const defaultPolicy: Policy = PolicySchema.parse({ version: 1 });

/**
 * Reads a policy file. A text without content is the default policy.
 *
 * @param file only for messages.
 * @throws PolicyError with every problem and its line, or the first hundred.
 */
export function parsePolicy(yamlText: string, file = 'prunella.yaml'): Policy {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new PolicyError(
      file,
      document.errors.slice(0, MOST_PROBLEMS).map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        path: '',
        says: `not valid YAML: ${messageOf(error)}`,
      })),
    );
  }
  const content = contentOf(document, lines, file);
  if (content === null) return defaultPolicy;
  const result = PolicySchema.safeParse(content, { error: expectation });
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, MOST_PROBLEMS)
    .flatMap((issue) => problemsOf(issue, content, document, lines))
    .slice(0, MOST_PROBLEMS);
  throw new PolicyError(
    file,
    problems.sort((a, b) => a.line - b.line),
  );
}

/** Finds the line, from 1, on which a key or an item of a list stands; undefined: it does not stand there. @param yamlText a valid policy. */
export function policyLines(yamlText: string): (path: Path) => number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false });
  return (path) => {
    const offset = path.length === 0 ? undefined : offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
}

/** Where services find the policy, and what holds without one: recommend only. */
export const policyFile = {
  what: 'policy',
  variable: 'PRUNELLA_CONFIG',
  usual: './prunella.yaml',
  without: defaultPolicy,
  parse: parsePolicy,
};

/** @throws PolicyError when the document refers to itself: references make a small text large, and a policy needs none. */
function contentOf(document: Document, lines: LineCounter, file: string): unknown {
  visit(document, {
    Alias(_key, { range }) {
      const { line } = lines.linePos(range?.[0] ?? 0);
      throw new PolicyError(file, [{ line, path: '', says: 'expected no YAML aliases, found one: write it out' }]);
    },
  });
  return document.toJS();
}

function problemsOf(
  issue: z.core.$ZodIssue,
  content: unknown,
  document: Document,
  lines: LineCounter,
): readonly PolicyProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = namesAt(path);
    return issue.keys.slice(0, MOST_PROBLEMS).map((key) => ({
      line: lineOf(document, lines, [...path, key]),
      path: pathText([...path, key]),
      says: `unknown key, expected one of ${known.join(', ')}`,
      ...withNearest(nearestName(key, known)),
    }));
  }
  const found = valueAt(content, path);
  const meant =
    issue.code === 'invalid_value' && typeof found === 'string'
      ? nearestName(found, issue.values.map(String))
      : undefined;
  return [
    {
      line: lineOf(document, lines, path),
      path: pathText(path),
      says: `${issue.message}, found ${describe(found)}`,
      ...withNearest(meant),
    },
  ];
}

function withNearest(nearest: string | undefined): { nearest?: string } {
  return nearest === undefined ? {} : { nearest };
}

/** What should stand there, where the schema has no words of its own; what does stand there is told by us. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map(String).join(' or ')}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

/** `pipelines[0].match.branch` */
function pathText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`),
    '',
  );
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined,
    content,
  );
}

/** The keys that may stand at a place, out of the published schema. */
function namesAt(path: Path): string[] {
  type Node = { properties?: Record<string, Node>; items?: Node; oneOf?: Node[]; anyOf?: Node[] };
  // Where there are several kinds, what any of them has.
  const kindsOf = (node: Node): Node[] => [node, ...(node.oneOf ?? []), ...(node.anyOf ?? [])];
  const nodes = path.reduce<Node[]>(
    (at, part) =>
      at
        .flatMap(kindsOf)
        .flatMap(({ items, properties }) => (typeof part === 'number' ? items : properties?.[String(part)]) ?? []),
    [policyJsonSchema() as Node],
  );
  return [...new Set(nodes.flatMap(kindsOf).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

/** The line of a key or list item; for something that is missing, the line of what it is missing in. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return lines.linePos(document.contents?.range?.[0] ?? 0).line;
}

function offsetOf(document: Document, path: Path): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const key = parent.items.find((pair) => isNode(pair.key) && String(pair.key) === String(last))?.key;
    return isNode(key) ? key.range?.[0] : undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
