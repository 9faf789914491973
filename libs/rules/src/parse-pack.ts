import { describe } from '@prunella/contracts';
import { messageOf, nearestName } from '@prunella/core';
import { type Document, isAlias, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { literalsOf } from './literals.ts';
import { compilePattern } from './pattern.ts';
import { RulePackError, type RuleProblem } from './rule-pack-error.ts';
import { PackSchema, type Rule } from './schema.ts';

/** Rules that belong together, usually one file. */
export interface RulePack {
  name: string;
  rules: readonly Rule[];
}

type Path = readonly PropertyKey[];
interface Source {
  document: Document;
  lines: LineCounter;
  content: unknown;
}

/**
 * Reads a pack of rules.
 *
 * @param name how messages call it, usually the file's name.
 * @throws RulePackError with every problem, its rule and its line.
 */
export function parseRulePack(name: string, yaml: string): RulePack {
  const source = readYaml(name, yaml);
  const result = PackSchema.safeParse(source.content, { error: expectation });
  const problems = result.success
    ? [...patternProblems(result.data.rules, source), ...repeatedIds(result.data.rules, source)]
    : result.error.issues.flatMap((issue) => schemaProblems(issue, source));
  if (problems.length > 0) throw packError(name, problems);
  return { name, rules: result.data?.rules ?? [] };
}

function packError(name: string, problems: readonly RuleProblem[]): RulePackError {
  return new RulePackError(
    name,
    problems.toSorted((a, b) => a.line - b.line),
  );
}

function readYaml(name: string, yaml: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.map((error) => ({
    line: lines.linePos(error.pos[0]).line,
    path: '',
    says: `not valid YAML: ${messageOf(error)}`,
  }));
  visit(document, (_key, node) => {
    // A reference makes a small text large, and a rule needs none.
    if (!isAlias(node)) return;
    broken.push({
      line: lines.linePos(node.range?.[0] ?? 0).line,
      path: '',
      says: 'expected no YAML aliases, found one',
    });
  });
  if (broken.length > 0) throw packError(name, broken);
  return { document, lines, content: document.toJS() };
}

function schemaProblems(issue: z.core.$ZodIssue, source: Source): RuleProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys.map((key) =>
      problemAt(
        source,
        [...issue.path, key],
        `unknown key, expected one of ${known.join(', ')}`,
        nearestName(key, known),
      ),
    );
  }
  const found = valueAt(source.content, issue.path);
  const nearest =
    issue.code === 'invalid_value' && typeof found === 'string'
      ? nearestName(found, issue.values.map(String))
      : undefined;
  return [problemAt(source, issue.path, `${issue.message}, found ${describe(found)}`, nearest)];
}

function patternProblems(rules: readonly Rule[], source: Source): RuleProblem[] {
  return rules.flatMap(({ match, exclude }, index) => [
    ...match.log.flatMap((pattern, at) => {
      const path = ['rules', index, 'match', 'log', at];
      const says = patternProblem(pattern) ?? literalProblem(pattern);
      return says === undefined ? [] : [problemAt(source, path, says)];
    }),
    ...[
      ...match.error_type.map((pattern, at) => ({ pattern, path: ['match', 'error_type', at] })),
      ...exclude.map((pattern, at) => ({ pattern, path: ['exclude', at] })),
    ].flatMap(({ pattern, path }) => {
      const says = patternProblem(pattern);
      return says === undefined ? [] : [problemAt(source, ['rules', index, ...path], says)];
    }),
  ]);
}

function patternProblem(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return `expected a pattern in RE2 syntax (no look-around, no back-references), found ${describe(pattern)}: ${messageOf(error)}`;
  }
}

/** Lines are only looked at by a rule when a literal of it is in them: a pattern without one would cost every line. */
function literalProblem(pattern: string): string | undefined {
  return literalsOf(pattern) === undefined
    ? `expected a pattern that always contains some fixed text of at least 3 characters, found ${describe(pattern)}`
    : undefined;
}

function repeatedIds(rules: readonly Rule[], source: Source): RuleProblem[] {
  return rules.flatMap(({ id }, index) =>
    rules.findIndex((other) => other.id === id) < index
      ? [
          problemAt(
            source,
            ['rules', index, 'id'],
            `expected an id that no other rule of the pack has, found ${id} again`,
          ),
        ]
      : [],
  );
}

function problemAt(source: Source, path: Path, says: string, nearest?: string): RuleProblem {
  const ruleId = path[0] === 'rules' ? valueAt(source.content, [...path.slice(0, 2), 'id']) : undefined;
  return {
    line: lineOf(source, path),
    path: pathText(path),
    ...(typeof ruleId === 'string' && { ruleId }),
    says,
    ...(nearest !== undefined && { nearest }),
  };
}

/** What should stand there, in our words; what does stand there is added by us. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

/** `rules[3].action.type` */
function pathText(path: Path): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function valueAt(content: unknown, path: Path): unknown {
  let value = content;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The keys that may stand at a place, out of the schema. */
function keysAt(path: Path): string[] {
  type Shape = { properties?: Record<string, Shape>; items?: Shape; additionalProperties?: Shape };
  let shape: Shape | undefined = z.toJSONSchema(PackSchema, { io: 'input' }) as Shape;
  for (const part of path) {
    shape =
      typeof part === 'number' ? shape?.items : (shape?.properties?.[String(part)] ?? shape?.additionalProperties);
  }
  return Object.keys(shape?.properties ?? {});
}

/** The line of a value; of something that is missing, the line of what it is missing in. */
function lineOf({ document, lines }: Source, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
