import { type EventSeen, emptyLedger, type IncidentSeen, type Ledger } from '../ledger/ledger.ts';

const SHOP = { repository: 'chaos/shop-1', runId: '7' };
const PIPELINE = 'chaos/shop-1/.github/workflows/p1.yml';

export function event(changes: Partial<EventSeen>): EventSeen {
  return {
    ...{ seq: 1, subject: 'pipeline.failed', identity: 'test 1', incidentId: 'inc_1', pipelineId: PIPELINE, ...SHOP },
    ...{
      at: 20,
      platform: 'github',
      kind: 'run',
      attempt: 1,
      conclusion: 'failure',
      action: '',
      status: '',
      key: '',
      refusedBy: '',
      reverses: '',
    },
    ...changes,
  };
}

export function incident(changes: Partial<IncidentSeen>): IncidentSeen {
  return {
    ...{ id: 'inc_1', pipelineId: PIPELINE, ...SHOP, attempt: 1, state: 'closed', status: 'executed' },
    ...{ verdict: 'acting', action: 'retry', outcome: 'healed', reason: null },
    ...changes,
  };
}

/** A run that failed, was run again once and passed; a publisher's report that was recommended something for; and a piece of garbage. All as it should be. */
export function soundLedger(): Ledger {
  const factory = { runId: '', repository: '', pipelineId: 'factory/k', incidentId: 'inc_2', conclusion: '' };
  const events = [
    event({ subject: 'pipeline.finished' }),
    event({ subject: 'pipeline.failed' }),
    event({ subject: 'diagnosis.made', action: 'retry' }),
    event({ subject: 'action.executed', action: 'retry', status: 'executed', key: 'inc_1.1' }),
    event({ subject: 'pipeline.finished', attempt: 2, conclusion: 'success' }),
    event({ subject: 'outcome.observed', action: 'retry', status: 'healed' }),
    event(factory),
    event({ ...factory, subject: 'action.executed', action: 'retry', status: 'recommended' }),
  ].map((one, n) => ({ ...one, seq: n + 1, identity: `test ${n}` }));
  return {
    ...emptyLedger(),
    deliveries: [
      { id: 'd-0', ...SHOP, kind: 'run', attempt: 1, says: 'failure', acceptedAt: 10 },
      { id: 'd-1', ...SHOP, kind: 'run', attempt: 2, says: 'success', acceptedAt: 30 },
    ],
    reports: [{ key: 'bus-1', pipelineId: 'factory/k', via: 'bus', acceptedAt: 15 }],
    garbage: [{ marker: 'no-event-k', acceptedAt: 15 }],
    effects: [{ ...SHOP, attempt: 2, at: 20, endedAt: 25, conclusion: 'success' }],
    probes: { runs: [{ ...SHOP, attempt: 1 }], pipelineId: 'factory/k' },
    ends: [{ process: 'auditor', afterMs: 900, how: 'code 0' }],
    memory: [{ process: 'auditor', mostMiB: 200 }],
    end: {
      at: 100,
      events,
      incidents: [
        incident({}),
        incident({ id: 'inc_2', ...factory, state: 'recommended', status: 'recommended', outcome: null }),
      ],
      deadLetters: [
        { subject: 'dlq.pipeline.failed', reason: 'invalid', error: 'expected JSON', text: '<html>no-event-k</html>' },
      ],
      consumers: [{ stream: 'PRUNELLA', name: 'auditor-events', pending: 0, unacknowledged: 0 }],
      processes: [{ process: 'auditor', ready: 200, says: '' }],
      runs: [{ ...SHOP, attempt: 2, story: 'heals', conclusion: 'success' }],
      report: { acted: 1, healed: 1, learntHealed: 1 },
    },
  };
}
