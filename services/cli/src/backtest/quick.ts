import { type PastSubject, pastSubjects } from '@prunella/backtest';
import { actionTypes, causes, conclusions, type Events, modes, outcomes, parseData, risks } from '@prunella/contracts';

type Template = Readonly<Record<string, unknown>>;

const RUN = { pipelineId: 'x' };
/** The least that is an event on a subject: what it is completed to has all fields that have a default. */
const LEAST: { readonly [S in PastSubject]?: object } = {
  'pipeline.started': RUN,
  'pipeline.finished': { ...RUN, conclusion: 'success' },
  'pipeline.failed': RUN,
  'diagnosis.made': {
    ...{ incidentId: 'x', run: RUN, cause: 'unknown', action: { type: 'none', parameters: {} } },
    ...{ decidedBy: 'x', explanation: 'x', fingerprint: 'x' },
  },
};
/** What may be there and has no default. */
const OPTIONAL = new Set(['startedAt', 'finishedAt', 'diagnosedAt', 'originalId', 'finishedEventId']);
const NESTED = new Set(['run', 'action']);
const WORDS: Readonly<Record<string, ReadonlySet<unknown>>> = {
  cause: new Set(causes),
  type: new Set(actionTypes),
  conclusion: new Set(conclusions),
  kind: new Set(['run', 'job', 'check', 'deployment']),
  mode: new Set(modes),
  outcome: new Set(outcomes),
  risk: new Set(risks),
};
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const templates = new Map<PastSubject, Template>(
  pastSubjects.flatMap((subject) => {
    const least = LEAST[subject];
    return least === undefined ? [] : [[subject, parseData(subject, least) as unknown as Template] as const];
  }),
);

/**
 * Reads the data of an event that is written as we write it ourselves, ten times as fast as `parseData`, which a history of a hundred thousand failures
 * needs. undefined: it is written in another way, or is none; then `parseData` says so.
 */
export function quickData<S extends PastSubject>(subject: S, data: unknown): Events[S] | undefined {
  const template = templates.get(subject);
  const whole = template === undefined ? undefined : completed(data, template);
  if (whole === undefined) return undefined;
  const evidence = whole['evidence'];
  if (Array.isArray(evidence)) {
    whole['evidence'] = evidence.map((line: object) => ({ line: 0, text: '', job: '', ...line }));
  }
  return whole as unknown as Events[S];
}

function completed(data: unknown, template: Template): Record<string, unknown> | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const whole: Record<string, unknown> = { ...template };
  for (const name of Object.keys(data)) {
    const value: unknown = (data as Template)[name];
    if (OPTIONAL.has(name)) {
      if (typeof value !== 'string' || (name.endsWith('At') && !TIME.test(value))) return undefined;
      whole[name] = value;
      continue;
    }
    const usual = template[name];
    const nested = NESTED.has(name) && usual !== undefined ? completed(value, usual as Template) : value;
    if (nested === undefined || !isAlike(name, nested, usual)) return undefined;
    whole[name] = nested;
  }
  return whole;
}

function isAlike(name: string, value: unknown, usual: unknown): boolean {
  if (typeof value !== typeof usual || value === null || Array.isArray(value) !== Array.isArray(usual)) return false;
  if (typeof value === 'string' && value.length > 4_096) return false;
  return WORDS[name]?.has(value) ?? true;
}
