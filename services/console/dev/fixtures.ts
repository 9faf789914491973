import type { Incident, IncidentDetail, TimelineEvent, TimelineType } from '../src/model/incident.ts';

/** One made-up failure: what differs between them. The rest of the incident follows from it. */
export interface Scenario {
  repository: string;
  name: string;
  branch: string;
  platform: string;
  cause: NonNullable<Incident['cause']>;
  domain: string;
  confidence: number;
  prior: number;
  transient: number;
  decidedBy: string;
  explanation: string;
  action: NonNullable<Incident['action']>;
  parameters: Record<string, unknown>;
  job: string;
  evidence: [line: number, text: string][];
  effect: string;
}

const NPM: Scenario = {
  repository: 'acme/checkout',
  name: 'CI',
  branch: 'main',
  platform: 'github',
  cause: 'network',
  domain: 'platform',
  confidence: 0.93,
  prior: 0.88,
  transient: 0.91,
  decidedBy: 'rule:network.connection-reset',
  explanation: 'The package registry closed the connection while npm was downloading, which usually passes by itself.',
  action: 'retry_with_backoff',
  parameters: { attempts: 3, firstDelay: '5s', factor: 2 },
  job: 'build (node 24)',
  evidence: [
    [418, 'npm error network read ECONNRESET'],
    [411, 'npm http fetch GET 200 https://registry.example.com/left-pad 118ms (cache miss)'],
    [419, 'npm error network This is a problem related to network connectivity.'],
    [420, 'npm error network In most cases you are behind a proxy or have bad network settings.'],
    [437, '##[error]Process completed with exit code 1.'],
  ],
  effect: 'rerun-failed-jobs acme/checkout run 9182736450',
};

export const SCENARIOS: Record<string, Scenario> = {
  npm: NPM,
  compile: {
    ...NPM,
    repository: 'acme/billing',
    name: 'Build and test',
    branch: 'feature/invoice-rounding',
    cause: 'compile_error',
    domain: 'code',
    confidence: 0.97,
    prior: 0.97,
    transient: 0.01,
    decidedBy: 'rule:typescript.compile-error',
    explanation:
      'src/invoice/round.ts does not compile: a string is given where a number is wanted. A rerun cannot help.',
    action: 'notify_human',
    parameters: {},
    job: 'typecheck',
    evidence: [
      [
        96,
        "src/invoice/round.ts(41,17): error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
      ],
      [97, "src/invoice/round.ts(58,9): error TS2322: Type 'undefined' is not assignable to type 'Money'."],
      [99, 'Found 2 errors in the same file, starting at: src/invoice/round.ts:41'],
    ],
    effect: 'slack message to #ci-billing',
  },
  flaky: {
    ...NPM,
    repository: 'acme/search',
    name: 'Integration tests',
    branch: 'main',
    cause: 'flaky_test',
    domain: 'test',
    confidence: 0.86,
    prior: 0.8,
    transient: 0.84,
    decidedBy: 'model:2026-11-02',
    explanation:
      'The test "reindexes while queries run" failed by a race; it passed on 46 of the last 50 runs of the same code.',
    action: 'retry',
    parameters: { attempts: 1 },
    job: 'integration (shard 3 of 8)',
    evidence: [
      [2204, '  ● search › reindex › reindexes while queries run'],
      [2206, '    expect(received).toBe(expected) // Object.is equality'],
      [2208, '    Expected: 1200'],
      [2209, '    Received: 1187'],
    ],
    effect: 'rerun-failed-jobs acme/search run 9182811377',
  },
  rollback: {
    ...NPM,
    repository: 'acme/payments-api',
    name: 'deploy payments-api',
    branch: 'main',
    platform: 'kubernetes',
    cause: 'error_rate',
    domain: 'delivery',
    confidence: 0.82,
    prior: 0.82,
    transient: 0.06,
    decidedBy: 'metrics:error-rate-after-deploy',
    explanation: '11.4% of the requests fail since the deployment, against 0.3% in the hour before it.',
    action: 'rollback',
    parameters: { toRevision: 41, namespace: 'payments' },
    job: 'payments-api-7c9d8f6b5-x2lqn',
    evidence: [
      [57, 'Error: relation "ledger_entries_v2" does not exist'],
      [58, '    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:285:98)'],
    ],
    effect: 'rollback deployment payments/payments-api to revision 41',
  },
  image: {
    ...NPM,
    repository: 'acme/web',
    name: 'preview',
    branch: 'renovate/react-19.x',
    cause: 'image_pull',
    confidence: 0.9,
    prior: 0.85,
    transient: 0.77,
    decidedBy: 'rule:docker.registry-unavailable',
    explanation: 'The image registry answered 503 three times while the base image was pulled.',
    action: 'wait_for_dependency',
    parameters: { dependency: 'registry.example.com', atMost: '10m' },
    job: 'docker build',
    evidence: [
      [
        63,
        'ERROR: failed to solve: node:24-bookworm-slim: unexpected status from HEAD request: 503 Service Unavailable',
      ],
      [60, '#3 [internal] load metadata for registry.example.com/node:24-bookworm-slim'],
    ],
    effect: 'rerun-failed-jobs acme/web run 9182790021',
  },
  oom: {
    ...NPM,
    repository: 'acme/data-platform',
    name: 'nightly-aggregates',
    branch: 'main',
    cause: 'oom',
    confidence: 0.79,
    prior: 0.75,
    transient: 0.22,
    decidedBy: 'rule:java.heap-space',
    explanation: 'The job ran out of Java heap at 4 GiB while it joined last month.',
    action: 'scale_resources',
    parameters: { memory: '6Gi', was: '4Gi' },
    job: 'aggregate (2026-10)',
    evidence: [
      [18820, 'java.lang.OutOfMemoryError: Java heap space'],
      [18821, '\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)'],
      [18840, 'Container killed with exit code 137'],
    ],
    effect: 'patch cronjob data/nightly-aggregates memory 4Gi -> 6Gi',
  },
  playground: {
    ...NPM,
    repository: 'playground/storefront',
    name: 'ci',
    branch: 'main',
    platform: 'playground',
    explanation: 'The connection to the package registry timed out, which usually passes by itself.',
    decidedBy: 'rule:network.timeout',
    job: 'install',
    evidence: [
      [24, 'npm error code ETIMEDOUT'],
      [25, 'npm error network request to https://registry.example.com/react failed, reason: connect ETIMEDOUT'],
    ],
    effect: 'rerun-failed-jobs playground/storefront run 118',
  },
};

/** Where a made-up incident stands. */
export type Stage =
  | 'detected'
  | 'diagnosed'
  | 'scheduled'
  | 'awaiting_approval'
  | 'verifying'
  | 'recommended'
  | 'handed_over'
  | 'superseded'
  | NonNullable<Incident['outcome']>;

const OUTCOMES: ReadonlySet<string> = new Set(['healed', 'ineffective', 'harmful', 'inconclusive']);
const DIAGNOSED_AFTER = 2_000;
const DECIDED_AFTER = 2_400;
const DUE_AFTER = 7_400;
const SETTLED_AFTER = 49_000;

/** Makes the incident that `scenario` is at `stage`, opened at `openedAt` (ms since 1970). */
export function makeIncident(
  id: string,
  scenario: Scenario,
  stage: Stage,
  openedAt: number,
  now: number,
): IncidentDetail {
  const at = (after: number) => new Date(Math.min(openedAt + after, now)).toISOString();
  const closed = OUTCOMES.has(stage) || stage === 'superseded';
  const diagnosed = stage !== 'detected';
  const decided = diagnosed && stage !== 'diagnosed';
  const verdict = verdictOf(stage);
  const timeline = makeTimeline(id, scenario, stage, at, openedAt);
  return {
    id,
    pipelineId: `${scenario.repository}/.github/workflows/${scenario.name.toLowerCase().replaceAll(' ', '-')}.yml`,
    name: scenario.name,
    repository: scenario.repository,
    platform: scenario.platform,
    source: scenario.platform === 'github' ? 'github-webhook' : scenario.platform,
    runId: scenario.effect.match(/run (\d+)/)?.[1] ?? '41',
    attempt: 1,
    branch: scenario.branch,
    headSha: '4f8c1d9be7a2603c5d1182ab90ef34c6d7710a5e',
    url: `https://ci.example.com/${scenario.repository}/runs/${id}`,
    cause: diagnosed ? scenario.cause : null,
    domain: diagnosed ? scenario.domain : null,
    confidence: diagnosed ? scenario.confidence : null,
    transient: diagnosed ? scenario.transient : null,
    decidedBy: diagnosed ? scenario.decidedBy : null,
    explanation: diagnosed ? scenario.explanation : null,
    action: diagnosed ? scenario.action : null,
    verdict: decided ? verdict : null,
    status: statusOf(stage),
    state: closed ? 'closed' : (stage as Incident['state']),
    outcome: OUTCOMES.has(stage) ? (stage as Incident['outcome']) : null,
    outcomeReason: OUTCOMES.has(stage) ? proofOf(stage) : null,
    reason: decided ? reasonOf(stage) : null,
    simulated: scenario.platform === 'playground',
    openedAt: at(0),
    closedAt: closed ? at(SETTLED_AFTER) : null,
    updatedAt: timeline.at(-1)?.at ?? at(0),
    evidence: diagnosed ? scenario.evidence.map(([line, text]) => ({ line, text, job: scenario.job })) : [],
    alternatives: diagnosed ? alternativesOf(scenario) : [],
    excerpts: [],
    events: timeline.map(({ id: event, type }) => ({ id: event, type })),
    gaps: [],
    reasons: decided ? reasonsOf(scenario, stage) : [],
    timeline,
  };
}

function makeTimeline(
  id: string,
  scenario: Scenario,
  stage: Stage,
  at: (after: number) => string,
  openedAt: number,
): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  const add = (type: TimelineType, after: number, title: string, says: string, data: object, attempt = 1) =>
    events.push({ id: `${id}-${type}-${attempt}`, type, at: at(after), attempt, title, says, data });
  const action = { type: scenario.action, parameters: scenario.parameters };
  const reasons = reasonsOf(scenario, stage);
  add('pipeline.failed', 0, 'Failed', `Job "${scenario.job}" of ${scenario.name} failed.`, {});
  if (stage === 'detected') return events;
  add('diagnosis.made', DIAGNOSED_AFTER, 'Diagnosis', scenario.explanation, {
    ...scenario,
    action,
    evidence: scenario.evidence.map(([line, text]) => ({ line, text, job: scenario.job })),
    alternatives: alternativesOf(scenario),
    gaps: scenario.job.includes('shard') ? ['The log of job "e2e (webkit)" had expired on the platform (410).'] : [],
  });
  if (stage === 'diagnosed') return events;
  if (stage === 'awaiting_approval') {
    add('action.requested', DECIDED_AFTER, 'Asked for a yes', 'Nobody has answered yet; it lapses after one hour.', {
      action,
      reasons,
      mode: 'approve',
      risk: 'reversible',
    });
    return events;
  }
  if (stage === 'recommended' || stage === 'handed_over') {
    add('action.executed', DECIDED_AFTER, stage === 'recommended' ? 'Recommended' : 'Handed to a human', '', {
      action,
      reasons,
      verdict: verdictOf(stage),
      status: stage,
      mode: 'recommend',
      risk: stage === 'recommended' ? 'cheap' : 'free',
      effect: stage === 'handed_over' ? scenario.effect : '',
      explanation: reasonOf(stage),
    });
    return events;
  }
  add('action.scheduled', DECIDED_AFTER, 'Scheduled', 'Attempt 1 of 3.', {
    action,
    reasons,
    mode: 'act',
    risk: 'cheap',
    dueAt: new Date(openedAt + (stage === 'scheduled' ? 95_000 : DUE_AFTER)).toISOString(),
  });
  if (stage === 'scheduled') return events;
  add('action.executed', DUE_AFTER + 300, stage === 'superseded' ? 'Not needed any more' : 'Action', '', {
    action,
    verdict: 'acting',
    status: statusOf(stage),
    reasons:
      stage === 'superseded' ? [{ check: 'head-moved', says: 'Commit 90ab12ff was pushed meanwhile.' }] : reasons,
    effect: stage === 'superseded' ? '' : scenario.effect,
    explanation:
      stage === 'superseded' ? 'Nothing was done.' : 'The failed jobs were started again on the same commit.',
  });
  if (stage === 'verifying' || stage === 'superseded') return events;
  if (stage === 'healed') {
    add(
      'pipeline.finished',
      SETTLED_AFTER - 400,
      'Passed',
      'Attempt 2 of the same run succeeded.',
      { conclusion: 'success' },
      2,
    );
  }
  add('outcome.observed', SETTLED_AFTER, `Outcome: ${stage}`, proofOf(stage), {
    outcome: stage,
    reason: proofOf(stage),
    evidenceEventIds: stage === 'inconclusive' ? [] : [`gh-9f27c1:workflow_run:${scenario.name.length}:2`],
  });
  return events;
}

function verdictOf(stage: Stage): NonNullable<Incident['verdict']> {
  if (stage === 'awaiting_approval') return 'asking';
  if (stage === 'recommended') return 'recommending';
  if (stage === 'handed_over') return 'handing_over';
  return 'acting';
}

function statusOf(stage: Stage): Incident['status'] {
  if (stage === 'recommended' || stage === 'handed_over' || stage === 'superseded') return stage;
  return stage === 'verifying' || OUTCOMES.has(stage) ? 'executed' : null;
}

function reasonOf(stage: Stage): string {
  if (stage === 'awaiting_approval') return 'A rollback of this environment needs a human (mode approve).';
  if (stage === 'recommended') return 'This repository is in mode recommend: it is only said what would be done.';
  if (stage === 'handed_over') return 'The code itself is at fault, and no action of a machine can heal that.';
  return 'Cheap, well within the budget, and it has helped before.';
}

function proofOf(stage: Stage): string {
  if (stage === 'healed') return 'The same run succeeded on attempt 2, on the same commit.';
  if (stage === 'ineffective') return 'Attempt 2 failed with the same fingerprint.';
  if (stage === 'harmful') return 'Attempt 2 failed in a job that had passed before.';
  return 'No run of the same commit ended within 24 hours.';
}

function reasonsOf(scenario: Scenario, stage: Stage): IncidentDetail['reasons'] {
  const percent = Math.round(scenario.confidence * 100);
  if (stage === 'handed_over') {
    return [
      { check: 'cause', allows: false, says: 'compile_error is a fault of the code: a rerun gives the same result.' },
      { check: 'mode', allows: true, says: 'acme/billing is in mode act.' },
    ];
  }
  return [
    {
      check: 'mode',
      allows: stage !== 'recommended' && stage !== 'awaiting_approval',
      says:
        stage === 'recommended' || stage === 'awaiting_approval'
          ? `${scenario.repository} is in mode ${stage === 'recommended' ? 'recommend' : 'approve'}, acting needs mode act.`
          : `${scenario.repository} is in mode act.`,
    },
    { check: 'threshold', allows: true, says: `Confidence ${percent}% is at least the 70% that a cheap action needs.` },
    { check: 'attempts', allows: true, says: 'No attempt of 3 was used for this incident.' },
    { check: 'budget', allows: true, says: '4 of 50 reruns of this repository were used today.' },
    { check: 'code-failure', allows: true, says: 'No job of this run failed because of the code.' },
  ];
}

function alternativesOf(scenario: Scenario): IncidentDetail['alternatives'] {
  if (scenario.domain === 'code') return [];
  return [
    {
      ...{ cause: 'service_unavailable', confidence: 0.31, decidedBy: 'rule:http.5xx', action: 'retry_with_backoff' },
      says: 'The other side answered with an error of its own.',
      whyNot: '0.31 is less than the 0.35 from which on a cause is named',
    },
    {
      ...{ cause: 'timeout', confidence: 0.12, decidedBy: 'model:2026-11-02', action: 'raise_timeout' },
      says: 'The job ran out of time.',
      whyNot: '0.12 is less than the 0.35 from which on a cause is named',
    },
  ];
}
