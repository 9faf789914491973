import type { Incident, IncidentDetail } from './incident.ts';

/** An incident for specs: detected, on `main` of `acme/shop`. */
export function buildIncident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'inc_1',
    pipelineId: 'acme/shop/ci.yml',
    name: 'CI',
    repository: 'acme/shop',
    platform: 'github',
    source: 'github-webhook',
    runId: '42',
    attempt: 1,
    branch: 'main',
    headSha: '4f8c1d9be7a2603c5d1182ab90ef34c6d7710a5e',
    url: 'https://ci.example.com/runs/42',
    cause: null,
    domain: null,
    confidence: null,
    transient: null,
    decidedBy: null,
    explanation: null,
    action: null,
    actionParameters: {},
    verdict: null,
    status: null,
    state: 'detected',
    outcome: null,
    outcomeReason: null,
    reason: null,
    fingerprint: null,
    simulated: false,
    openedAt: '2026-11-23T12:00:00Z',
    closedAt: null,
    updatedAt: '2026-11-23T12:00:00Z',
    ...over,
  };
}

export function buildDetail(over: Partial<IncidentDetail> = {}): IncidentDetail {
  return {
    ...buildIncident(),
    evidence: [],
    excerpts: [],
    events: [],
    alternatives: [],
    gaps: [],
    vetoes: [],
    dueAt: null,
    effect: null,
    traceId: null,
    traceUrl: null,
    outcomes: [],
    correlation: [],
    reasons: [],
    timeline: [],
    ...over,
  };
}
