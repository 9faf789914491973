import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const OBSERVABILITY = join(import.meta.dirname, '../../deploy/observability');
export const DASHBOARDS = join(OBSERVABILITY, 'grafana/dashboards');
const REFERENCE = join(import.meta.dirname, '../../docs/reference/metrics.md');

/** What the tests look at of a panel; a row has neither targets nor units. */
export interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: { defaults: { unit: string } };
  targets: { refId: string; expr: string; datasource: { uid: string } }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  schemaVersion: number;
  links: unknown[];
  templating: { list: { name: string }[] };
  panels: Panel[];
}

export function dashboards(): Dashboard[] {
  const names = readdirSync(DASHBOARDS).filter((name) => name.endsWith('.json'));
  return names.map((name) => JSON.parse(readFileSync(join(DASHBOARDS, name), 'utf8')) as Dashboard);
}

export interface Rule {
  /** Of an alert; empty: it records. */
  alert: string;
  record: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** All rules of a file, in order. */
export function rulesOf(file: string): Rule[] {
  const { groups } = parse(readFileSync(join(OBSERVABILITY, file), 'utf8')) as { groups: { rules: Partial<Rule>[] }[] };
  const nothing = { alert: '', record: '', expr: '', labels: {}, annotations: {} };
  return groups.flatMap(({ rules }) => rules.map((rule) => ({ ...nothing, ...rule })));
}

/** Names of metrics in the reference, without the suffixes of histograms. */
export function listedMetrics(): Set<string> {
  return new Set([...readFileSync(REFERENCE, 'utf8').matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name ?? ''));
}

/** What Prometheus, Node and other people's software measure. */
const OF_OTHERS = /^(?:up|ALERTS|http_requests_total|(?:process|nodejs)_\w+)$/;
const WORDS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'and',
  'or',
  'unless',
  'offset',
  'bool',
  'group_left',
  'inf',
]);

/** Metrics that an expression names: ours, without the suffixes of histograms; neither what is recorded by a rule nor what others measure. */
export function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name);
  return names
    .filter((name) => !WORDS.has(name) && !OF_OTHERS.test(name) && !name.includes(':') && !/^\d/.test(name))
    .filter((name) => !/^[smhdw]$/.test(name))
    .map((name) => name.replace(/_bucket$/, ''));
}

/** Runs a tool of Prometheus or Alertmanager in the folder of the rules. */
export function tool(program: string, args: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: OBSERVABILITY }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}
