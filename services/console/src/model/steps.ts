import type { ActionStatus, ActionType, Cause, Excerpt, Mode, Outcome, Risk, Verdict } from '@prunella/contracts';
import { type Fields, fields, inline, listOf, numberOf, textOf } from './event-data.ts';
import type { AlternativeCause, EvidenceLine, IncidentDetail, PolicyReason, TimelineEvent } from './incident.ts';
import { labelOf, OUTCOME_LABELS } from './words.ts';

interface Base {
  key: string;
  /** ISO 8601; null for a step that is still to come. */
  at: string | null;
  attempt: number;
  title: string;
  /** One sentence; may be empty. */
  says: string;
}

export type DiagnosisStep = Base & {
  kind: 'diagnosis';
  cause: Cause | null;
  confidence: number | null;
  /** What the rule or model says by itself, before learning. */
  prior: number | null;
  transient: number | null;
  decidedBy: string;
  /** How often it is expected to heal, after learning; null: nothing was learnt, or an older version did not say. */
  mean: number | null;
  /** Why it is only recommended; empty: it is not. */
  demoted: string;
  action: ActionType | null;
  alternatives: AlternativeCause[];
};
export type DecisionStep = Base & {
  kind: 'decision';
  verdict: Verdict | null;
  /** What was decided about. */
  action: ActionType | null;
  risk: Risk | null;
  mode: Mode | null;
  reasons: PolicyReason[];
};
export type ActionStep = Base & {
  kind: 'action';
  action: ActionType | null;
  status: ActionStatus | null;
  effect: string;
  /** What spoke against it at the last moment. */
  stops: PolicyReason[];
};
export type ScheduledStep = Base & {
  kind: 'scheduled';
  action: ActionType | null;
  parameters: [name: string, value: string][];
  dueAt: string | null;
  /** Something came after it: there is nothing to wait for any more. */
  over: boolean;
};

/** What the incident page shows from top to bottom. */
export type Step =
  | (Base & { kind: 'started' | 'failed' | 'requested' | 'pending' })
  | (Base & { kind: 'finished'; conclusion: string })
  | (Base & { kind: 'evidence'; lines: EvidenceLine[]; excerpts: Excerpt[]; gaps: string[] })
  | DiagnosisStep
  | DecisionStep
  | ScheduledStep
  | (Base & { kind: 'approved'; approved: boolean })
  | ActionStep
  | (Base & { kind: 'outcome'; outcome: Outcome | null; proof: Proof[] });

/** An event that proves an outcome. */
export interface Proof {
  /** Its publisher's id. */
  id: string;
  /** What it tells, in a few words; empty: it is not one of this incident. */
  says: string;
  /** The key of the step that shows it; undefined: none does. */
  step: string | undefined;
  /** Where the run is; untrusted. Empty: not known. */
  url: string;
}

/**
 * Makes the page's steps of the recorded events. One event can give two steps (a diagnosis shows its evidence first, the
 * first event after a diagnosis shows the decision behind it); what is still missing gives a pending one at the end.
 */
export function toSteps(incident: IncidentDetail): Step[] {
  const timeline = withoutDoubles(incident.timeline);
  const last = timeline.findLastIndex((event) => event.type === 'diagnosis.made');
  const current = new Set([timeline[last], timeline.slice(last + 1).find(isDecision)]);
  const steps: Step[] = [];
  let decision: DecisionStep | undefined;
  for (const event of timeline) {
    if (event.type === 'diagnosis.made') decision = undefined;
    if (isDecision(event) && !decision) {
      decision = toDecision(event, current.has(event) ? incident : undefined);
      steps.push(decision);
    }
    const own = toOwnSteps(event, current.has(event) ? incident : undefined, event !== timeline.at(-1));
    steps.push(...own.map((step) => withoutEcho(withProof(step, incident, timeline), decision)));
  }
  const pending = toPending(incident);
  return pending ? [...steps, pending] : steps;
}

/** With what the events of a proof tell, and where they are shown. */
function withProof(step: Step, { events, timeline }: IncidentDetail, shown: readonly TimelineEvent[]): Step {
  if (step.kind !== 'outcome') return step;
  const proof = step.proof.map(({ id }): Proof => {
    const event = timeline[events.findIndex((recorded) => recorded.id === id)];
    if (event === undefined) return { id, says: '', step: undefined, url: '' };
    // A failed attempt's end is told by the failure that was made of it.
    const same = ({ type, attempt }: TimelineEvent) => type === 'pipeline.failed' && attempt === event.attempt;
    const at = shown.find((other) => other.id === event.id) ?? shown.find(same);
    const says = `attempt ${event.attempt}: ${event.title.charAt(0).toLowerCase()}${event.title.slice(1)}`;
    return { id, says, step: at?.id, url: textOf(fields(event.data)['url']) };
  });
  return { ...step, proof };
}

/** What was only said or handed over is explained by the decision: the same sentence is not read twice. */
function withoutEcho(step: Step, decision: DecisionStep | undefined): Step {
  return step.kind === 'action' && step.says === decision?.says ? { ...step, says: '' } : step;
}

function isDecision({ type }: TimelineEvent): boolean {
  return DECISIONS.has(type);
}

/** Kinds of things that only a part of a run is. */
const PARTS: ReadonlySet<string> = new Set(['job', 'check']);

const DECISIONS: ReadonlySet<string> = new Set(['action.scheduled', 'action.requested', 'action.executed']);

/**
 * A failed attempt is reported by `pipeline.finished` and again by the `pipeline.failed` made of it: one is enough. So is
 * the run, without each of its jobs and checks.
 */
function withoutDoubles(timeline: readonly TimelineEvent[]): TimelineEvent[] {
  const failed = new Set(timeline.filter((event) => event.type === 'pipeline.failed').map((event) => event.attempt));
  return timeline.filter((event) => {
    if (event.type !== 'pipeline.started' && event.type !== 'pipeline.finished') return true;
    if (PARTS.has(textOf(fields(event.data)['kind']))) return false;
    return event.type === 'pipeline.started' || !failed.has(event.attempt);
  });
}

function toOwnSteps(event: TimelineEvent, current: IncidentDetail | undefined, over: boolean): Step[] {
  const data = fields(event.data);
  const base = baseOf(event);
  switch (event.type) {
    case 'pipeline.started':
      return [{ ...base, kind: 'started' }];
    case 'pipeline.failed':
      return [{ ...base, kind: 'failed' }];
    case 'pipeline.finished':
      return [{ ...base, kind: 'finished', conclusion: textOf(data['conclusion']) }];
    case 'diagnosis.made':
      return toDiagnosis(event, current);
    case 'action.scheduled':
      return [
        {
          ...base,
          kind: 'scheduled',
          title: 'Scheduled',
          says: '',
          ...actionOf(data),
          dueAt: textOf(data['dueAt']) || null,
          over,
        },
      ];
    case 'action.requested':
      return [{ ...base, kind: 'requested', title: 'Asked for approval' }];
    case 'action.approved':
      return [toApproval(event)];
    case 'action.executed':
      return [toAction(event)];
    case 'outcome.observed': {
      const proof = listOf(data['evidenceEventIds'])
        .map(textOf)
        .filter(Boolean)
        .map((id): Proof => ({ id, says: '', step: undefined, url: '' }));
      const outcome = wordOf<Outcome>(data['outcome']);
      const word = textOf(data['reverses']) === '' ? 'Outcome' : 'The heal is taken back';
      const title = outcome ? `${word}: ${labelOf(OUTCOME_LABELS, outcome)}` : base.title;
      return [{ ...base, kind: 'outcome', title, outcome, proof }];
    }
    default:
      return [];
  }
}

function toDiagnosis(event: TimelineEvent, current: IncidentDetail | undefined): Step[] {
  const data = fields(event.data);
  const base = baseOf(event);
  const lines = evidenceOf(data['evidence']);
  const gaps = listOf(data['gaps']).map(textOf).filter(Boolean);
  const alternatives = alternativesOf(data['alternatives']);
  const evidence: Step = {
    ...base,
    kind: 'evidence',
    key: `${event.id}:evidence`,
    title: 'Evidence',
    says: '',
    lines: lines.length > 0 ? lines : (current?.evidence ?? []),
    excerpts: excerptsOf(data['excerpts']),
    gaps: gaps.length > 0 ? gaps : (current?.gaps ?? []),
  };
  const diagnosis: DiagnosisStep = {
    ...base,
    kind: 'diagnosis',
    title: 'Diagnosis',
    says: textOf(data['explanation']) || current?.explanation || event.says,
    cause: wordOf<Cause>(data['cause']) ?? current?.cause ?? null,
    confidence: numberOf(data['confidence']) ?? current?.confidence ?? null,
    prior: numberOf(data['prior']),
    transient: numberOf(data['transient']) ?? current?.transient ?? null,
    decidedBy: textOf(data['decidedBy']) || current?.decidedBy || '',
    mean: numberOf(data['mean']),
    demoted: textOf(data['demoted']),
    action: actionOf(data).action,
    alternatives: alternatives.length > 0 ? alternatives : (current?.alternatives ?? []),
  };
  return evidence.lines.length + evidence.gaps.length > 0 ? [evidence, diagnosis] : [diagnosis];
}

const VERDICT_OF: Readonly<Record<string, Verdict>> = { 'action.scheduled': 'acting', 'action.requested': 'asking' };

function toDecision(event: TimelineEvent, current: IncidentDetail | undefined): DecisionStep {
  const data = fields(event.data);
  const own = reasonsOf(data['reasons']);
  const reasons = own.length > 0 ? own : (current?.reasons ?? []);
  const verdict = VERDICT_OF[event.type] ?? wordOf<Verdict>(data['verdict']) ?? current?.verdict ?? null;
  return {
    ...baseOf(event),
    kind: 'decision',
    key: `${event.id}:decision`,
    title: 'Decision',
    says: whyNot(event),
    verdict,
    action: actionOf(data).action ?? current?.action ?? null,
    risk: wordOf<Risk>(data['risk']),
    mode: wordOf<Mode>(data['mode']),
    reasons,
  };
}

/** Why nothing was done, or not yet. What was done is explained by the action itself. */
function whyNot({ type, data }: TimelineEvent): string {
  const { status, explanation } = fields(data);
  return type === 'action.scheduled' || status === 'executed' ? '' : textOf(explanation);
}

function toApproval(event: TimelineEvent): Step {
  const { approved, by, reason } = fields(event.data);
  const word = approved === true ? 'Approved' : 'Rejected';
  const title = textOf(by) ? `${word} by ${textOf(by)}` : word;
  return { ...baseOf(event), kind: 'approved', title, says: textOf(reason), approved: approved === true };
}

const ACTION_TITLES: Record<ActionStatus, string> = {
  executed: 'Action',
  recommended: 'Recommended, not done',
  failed: 'Action failed',
  superseded: 'Not needed any more',
  handed_over: 'Handed to a human',
  rejected: 'Not done',
  observed: 'Watched, not done',
};

function undoTitle(status: ActionStatus | null): string {
  return status === 'executed' ? 'Taken back' : 'Not taken back';
}

function toAction(event: TimelineEvent): ActionStep {
  const data = fields(event.data);
  const status = wordOf<ActionStatus>(data['status']);
  const late = status === 'superseded' || status === 'failed';
  const isUndo = textOf(data['undoes']) !== '';
  return {
    ...baseOf(event),
    kind: 'action',
    title: isUndo ? undoTitle(status) : ((status && ACTION_TITLES[status]) ?? event.title),
    says: textOf(data['explanation']) || event.says,
    action: actionOf(data).action,
    status,
    effect: textOf(data['effect']),
    stops: late ? reasonsOf(data['reasons']).filter((reason) => !reason.allows) : [],
  };
}

function toPending(incident: IncidentDetail): Step | undefined {
  const [title, says] = pendingWords(incident);
  return title ? { kind: 'pending', key: 'pending', at: null, attempt: incident.attempt, title, says } : undefined;
}

function pendingWords({ state, attempt }: IncidentDetail): [title: string, says: string] {
  switch (state) {
    case 'detected':
      return ['Diagnosis under way', 'Prunella is reading the logs of the failed jobs.'];
    case 'diagnosed':
      return ['Decision under way', 'The policy weighs mode, thresholds, budgets and vetoes.'];
    case 'scheduled':
      return ['Action to come', 'Right before it acts, Prunella looks at the run again.'];
    case 'awaiting_approval':
      return ['Waiting for a human', 'Nothing happens until somebody says yes.'];
    case 'verifying':
      return ['Waiting for proof', `Only the end of a run after attempt ${attempt} can prove that it helped.`];
    default:
      return ['', ''];
  }
}

function baseOf({ id, at, attempt, title, says }: TimelineEvent): Base {
  return { key: id, at, attempt, title, says };
}

function actionOf(data: Fields): { action: ActionType | null; parameters: [string, string][] } {
  if (typeof data['action'] === 'string') return { action: wordOf<ActionType>(data['action']), parameters: [] };
  const action = fields(data['action']);
  const parameters = Object.entries(fields(action['parameters'])).map(([name, value]): [string, string] => [
    name,
    inline(value),
  ]);
  return { action: wordOf<ActionType>(action['type']), parameters };
}

function evidenceOf(value: unknown): EvidenceLine[] {
  return listOf(value).map((item) => {
    const { line, text, job, match } = fields(item);
    const part = textOf(match);
    return {
      ...{ line: numberOf(line) ?? 0, text: textOf(text), job: textOf(job) },
      ...(part !== '' && { match: part }),
    };
  });
}

function excerptsOf(value: unknown): Excerpt[] {
  return listOf(value).map((item) => {
    const { job, url, totalLines, passages } = fields(item);
    return {
      ...{ job: textOf(job), url: textOf(url), totalLines: numberOf(totalLines) ?? 0 },
      passages: listOf(passages).map((passage) => {
        const { line, texts } = fields(passage);
        return { line: numberOf(line) ?? 1, texts: listOf(texts).map(textOf) };
      }),
    };
  });
}

function alternativesOf(value: unknown): AlternativeCause[] {
  return listOf(value).map((item) => {
    const { cause, confidence, decidedBy, action, says, whyNot } = fields(item);
    return {
      cause: wordOf<Cause>(cause) ?? 'unknown',
      confidence: numberOf(confidence) ?? 0,
      decidedBy: textOf(decidedBy),
      action: wordOf<ActionType>(action),
      says: textOf(says),
      whyNot: textOf(whyNot),
    };
  });
}

function reasonsOf(value: unknown): PolicyReason[] {
  return listOf(value).map((item) => {
    const { check, allows, says } = fields(item);
    // ProtoJSON leaves false out.
    return { check: textOf(check), allows: allows === true, says: textOf(says) };
  });
}

/** A word of one of our closed lists. An unknown one is passed on: `labelOf` shows it as it is. */
function wordOf<T extends string>(value: unknown): T | null {
  const word = textOf(value);
  return word === '' ? null : (word as T);
}
