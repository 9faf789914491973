import type { Ledger } from '../ledger/ledger.ts';
import { PROMISED } from '../load/promised.ts';
import { checks, violationsIn } from './index.ts';
import { event, incident, soundLedger } from './ledger.fixture.ts';

/** The sound ledger with something amiss. */
type Doctor = (ledger: Ledger) => void;

const shop = { repository: 'chaos/shop-1', runId: '7' };
const failed = (repository: string, attempt = 1) => ({
  ...{ id: 'x', kind: 'run' as const, repository, runId: '7', attempt, says: 'failure' },
});
const executed = (changes: object) =>
  event({ subject: 'action.executed', action: 'retry', status: 'executed', ...changes });

/** What was done in a repository of another mode, and told. */
const actedIn =
  (repository: string): Doctor =>
  (ledger) => {
    ledger.deliveries.push(failed(repository));
    ledger.effects = [{ repository, runId: '7', attempt: 2, at: 20 }];
  };

const parked = (runId: string) =>
  event({ subject: 'action.scheduled', runId, identity: `parked ${runId}`, refusedBy: 'storm' });
const failedStart = { process: 'auditor', from: 40, at: 50, says: 'no', wasKilled: false };
const outage = { kind: 'kill-nats', target: '', from: 45, to: 48, startsMayFail: true, happened: 1 };

const CASES: [check: string, what: string, doctor: Doctor, says: RegExp][] = [
  [
    'taken',
    'a delivery was not',
    (l) => delete l.deliveries[1]?.acceptedAt,
    /delivery d-1 \(chaos\/shop-1#7 attempt 2\) was never taken/,
  ],
  ['taken', 'a report was not', (l) => delete l.reports[0]?.acceptedAt, /report bus-1 \(bus\) was never/],
  ['taken', 'garbage was not', (l) => delete l.garbage[0]?.acceptedAt, /no-event-k was never taken/],
  [
    'webhooks-kept',
    'no event of a delivery',
    (l) => drop(l, 'pipeline.finished', 2),
    /d-1 was taken, .* no pipeline.fin/,
  ],
  ['webhooks-kept', 'no failure of it', (l) => drop(l, 'pipeline.failed', 1), /d-0 was taken, .* no pipeline.failed/],
  ['webhooks-kept', 'no incident', (l) => l.end.incidents?.shift(), /run chaos\/shop-1#7 has no incident/],
  [
    ...(['webhooks-kept', 'no incident but that of the same number on another platform'] as const),
    (l) => Object.assign(l.end.incidents?.[0] ?? {}, { repository: 'lab/chaos/shop-1' }),
    /run chaos\/shop-1#7 has no incident/,
  ],
  [
    ...(['webhooks-kept', 'no event of a job'] as const),
    (l) => l.deliveries.push({ ...failed('chaos/shop-1'), kind: 'job', acceptedAt: 10 }),
    /x was taken, .* no pipeline.finished/,
  ],
  ['webhooks-kept', 'NATS is gone', (l) => delete l.end.events, /could not be read/],
  ['reports-kept', 'no incident', (l) => l.end.incidents?.pop(), /report bus-1 \(bus\) has 0 incidents/],
  [
    ...(['reports-kept', 'two incidents'] as const),
    (l) => l.end.incidents?.push(incident({ id: 'inc_3', pipelineId: 'factory/k' })),
    /has 2 incidents/,
  ],
  ['dead-letters', 'garbage is gone', (l) => l.end.deadLetters?.pop(), /no-event-k is 0 times/],
  [
    ...(['dead-letters', 'something good was buried'] as const),
    (l) =>
      l.end.deadLetters?.push({
        subject: 'dlq.action.executed',
        reason: 'attempts-exhausted',
        error: 'no',
        text: '{}',
      }),
    /dlq.action.executed was buried \(attempts-exhausted: no\)/,
  ],
  [
    ...(['dead-letters', 'without a reason'] as const),
    (l) => Object.assign(l.end.deadLetters?.[0] ?? {}, { reason: '' }),
    /says no reason/,
  ],
  ['drained', 'no consumer is left', (l) => Object.assign(l.end, { consumers: [] }), /no consumer any more/],
  ['drained', 'a message waits', (l) => Object.assign(l.end.consumers?.[0] ?? {}, { pending: 3 }), /3 waiting/],
  ['drained', 'one is open', (l) => Object.assign(l.end.consumers?.[0] ?? {}, { unacknowledged: 1 }), /1 unack/],
  ...['detected', 'diagnosed', 'scheduled', 'verifying', 'awaiting_approval'].map((state): (typeof CASES)[number] => [
    ...(['final-state', `it is still ${state}`] as const),
    (l) => Object.assign(l.end.incidents?.[1] ?? {}, { state }),
    new RegExp(`is still ${state}`),
  ]),
  [
    ...(['final-state', 'a question that was answered is still one'] as const),
    (l) => {
      l.end.incidents?.push(
        incident({ id: 'inc_3', repository: 'chaos/asked-1', runId: '9', state: 'awaiting_approval' }),
      );
      l.answers.push({
        repository: 'chaos/asked-1',
        runId: '9',
        attempt: 1,
        incidentId: 'inc_3',
        approved: true,
        at: 1,
      });
    },
    /inc_3 .* is still awaiting_approval/,
  ],
  [
    ...(['true-outcome', 'a heal is called something else'] as const),
    (l) => Object.assign(l.end.incidents?.[0] ?? {}, { outcome: 'inconclusive' }),
    /is called inconclusive/,
  ],
  ['true-outcome', 'what failed is called healed', (l) => redAgain(l, 2), /is called healed, and attempt 2 failed/],
  [
    ...(['true-outcome', 'the newest failure is not known'] as const),
    (l) => {
      redAgain(l, 2);
      Object.assign(l.end.incidents?.[0] ?? {}, { outcome: 'ineffective' });
    },
    /is about attempt 1, and attempt 2 failed/,
  ],
  [
    ...(['true-outcome', "a person's rerun is called our heal"] as const),
    (l) => {
      l.effects.pop();
      l.byPeople.push({ ...shop, attempt: 2 });
      drop(l, 'action.executed', 1);
    },
    /is called healed, and attempt 2 was begun by somebody else/,
  ],
  [
    ...(['still-heals', 'the probe was handed over'] as const),
    (l) => Object.assign(l.end.incidents?.[0] ?? {}, { state: 'handed_over', outcome: null }),
    /run chaos\/shop-1#7 began in the calm, and is not healed: handed_over, no outcome/,
  ],
  [
    ...(['still-heals', 'nobody knows the probe'] as const),
    (l) => l.end.incidents?.shift(),
    /is not healed: no incident/,
  ],
  ['still-heals', 'no probe was begun', (l) => Object.assign(l.probes, { runs: [] }), /no run was begun in the calm/],
  ['still-heals', 'a report is lost', (l) => l.end.incidents?.pop(), /factory\/k was told in the calm/],
  [
    ...(['one-effect', 'a second rerun that nobody decided'] as const),
    (l) => l.effects.push({ ...shop, attempt: 3, at: 50 }),
    /#7 attempt 3 was begun, and no decision says so/,
  ],
  [
    ...(['one-effect', 'the same twice on the platform'] as const),
    (l) => l.effects.push({ ...shop, attempt: 2, at: 50 }),
    /attempt 2 was begun 2 times/,
  ],
  [
    ...(['one-effect', 'told twice'] as const),
    (l) => l.end.events?.push(executed({ identity: 'test twice' })),
    /attempt 2 was told 2 times/,
  ],
  ['one-effect', 'told and never done', (l) => l.effects.pop(), /was told as begun, and the platform never saw it/],
  [
    'told-once',
    'an event is there twice',
    (l) => l.end.events?.push(event({ identity: 'test 0', subject: 'pipeline.finished' })),
    /test 0 is there 2/,
  ],
  ...['pipeline.failed', 'pipeline.finished', 'outcome.observed'].map((subject): (typeof CASES)[number] => [
    ...(['told-once', `${subject} of an attempt under another id`] as const),
    (l) => l.end.events?.push(event({ identity: 'test other', subject })),
    new RegExp(`${subject} of chaos/shop-1#7 attempt 1 is there 2`),
  ]),
  ['counted-once', 'an action twice', (l) => Object.assign(l.end.report ?? {}, { acted: 2 }), /counts 2 actions/],
  ['counted-once', 'a heal not', (l) => Object.assign(l.end.report ?? {}, { healed: 0 }), /counts 0 heals/],
  [
    'counted-once',
    'learnt twice',
    (l) => Object.assign(l.end.report ?? {}, { learntHealed: 2 }),
    /2 heals were learnt/,
  ],
  [
    'only-what-failed',
    'green is run again',
    (l) => l.effects.push({ ...shop, attempt: 3, at: 50 }),
    /not told as failed/,
  ],
  [
    ...(['code-is-left-alone', 'code is run again'] as const),
    (l) => Object.assign(l.end.runs[0] ?? {}, { story: 'code' }),
    /#7 attempt 2 was begun/,
  ],
  [
    ...(['budgets', 'of a run'] as const),
    (l) => {
      for (const attempt of [2, 3, 4, 5]) l.effects.push({ ...shop, runId: '8', attempt, at: 1 });
    },
    /chaos\/shop-1#8: 4 reruns, allowed 3/,
  ],
  [
    ...(['budgets', 'of a repository'] as const),
    (l) => {
      for (const runId of ['1', '2', '3']) l.effects.push({ repository: 'chaos/tight-0', runId, attempt: 2, at: 1 });
    },
    /chaos\/tight-0: 3 reruns, allowed 2/,
  ],
  [
    ...(['budgets', 'of a group'] as const),
    (l) => {
      for (const n of [1, 2, 3, 4])
        l.effects.push({ repository: `chaos/pooled-${n}`, runId: `r${n}`, attempt: 2, at: 1 });
    },
    /chaos\/pooled-: 4 reruns, allowed 3/,
  ],
  [
    ...(['storms', 'too many at a time'] as const),
    (l) => {
      for (const n of [1, 2, 3]) {
        l.end.events?.push(parked(`r${n}`));
        l.effects.push({ ...shop, runId: `r${n}`, attempt: 2, at: n, endedAt: 9 });
      }
    },
    /#r3 attempt 2 was begun as one of 3 at a time that had waited, allowed 2/,
  ],
  [
    ...(['rests', 'it goes on though it never helps'] as const),
    (l) => {
      drop(l, 'outcome.observed', 1);
      for (let n = 1; n <= PROMISED.failures; n += 1) inVain(l, `v${n}`, n);
      inVain(l, 'late', 70_001);
    },
    /#late attempt 2 was begun 70 s after retry on github did not help for the 15th time/,
  ],
  ['modes', 'done where it is only recommended', actedIn('chaos/advised-1'), /where the mode is recommend/],
  ['modes', 'done where it is only watched', actedIn('chaos/watched-1'), /where the mode is observe/],
  ['modes', 'done without a yes', actedIn('chaos/asked-1'), /without a yes/],
  [
    ...(['modes', 'done after a no'] as const),
    (l) => {
      actedIn('chaos/asked-1')(l);
      l.answers.push({
        repository: 'chaos/asked-1',
        runId: '7',
        attempt: 1,
        incidentId: 'inc_1',
        approved: false,
        at: 10,
      });
    },
    /after a no/,
  ],
  [
    ...(['modes', 'a yes to another attempt'] as const),
    (l) => {
      actedIn('chaos/asked-1')(l);
      l.answers.push({
        repository: 'chaos/asked-1',
        runId: '7',
        attempt: 2,
        incidentId: 'inc_1',
        approved: true,
        at: 10,
      });
    },
    /without a yes/,
  ],
  [
    ...(['modes', 'a yes that came later'] as const),
    (l) => {
      actedIn('chaos/asked-1')(l);
      l.answers.push({
        repository: 'chaos/asked-1',
        runId: '7',
        attempt: 1,
        incidentId: 'inc_1',
        approved: true,
        at: 30,
      });
    },
    /without a yes/,
  ],
  [
    'alive',
    'one is not ready',
    (l) => Object.assign(l.end.processes[0] ?? {}, { ready: 503, says: 'no' }),
    /answers 503: no/,
  ],
  ['alive', 'nobody looked', (l) => l.end.processes.pop(), /no process was looked at/],
  [
    'no-deaths',
    'one ended',
    (l) => l.deaths.push({ process: 'auditor', at: 5, how: 'code 1' }),
    /auditor ended by itself/,
  ],
  ['no-deaths', 'one did not start', (l) => l.failedStarts.push(failedStart), /auditor did not start/],
  [
    ...(['no-deaths', 'one did not start after all was there again'] as const),
    (l) => {
      l.failedStarts.push(failedStart);
      l.faults.push({ ...outage, from: 30, to: 39 });
    },
    /auditor did not start/,
  ],
  [
    ...(['no-deaths', 'one did not start while something else was wrong'] as const),
    (l) => {
      l.failedStarts.push(failedStart);
      l.faults.push({ ...outage, kind: 'webhooks', startsMayFail: false });
    },
    /auditor did not start/,
  ],
  ['memory', 'too much', (l) => Object.assign(l.memory[0] ?? {}, { mostMiB: 700 }), /auditor had 700 MiB/],
  ['memory', 'nothing was seen', (l) => Object.assign(l.memory[0] ?? {}, { mostMiB: 0 }), /nothing is known/],
  ['memory', 'nobody looked', (l) => l.memory.pop(), /nothing is known of the memory of auditor/],
  ['ends', 'too late', (l) => Object.assign(l.ends[0] ?? {}, { afterMs: 31_000 }), /auditor ended 31000 ms after/],
  ['ends', 'not in good order', (l) => Object.assign(l.ends[0] ?? {}, { how: 'code 1' }), /it was asked to: code 1/],
  ['ends', 'nobody looked', (l) => l.ends.pop(), /nothing is known of the end of auditor/],
  ['platform-rules', 'a wrong request', (l) => l.violations.push('GET /x: no such operation'), /no such operation/],
];

/** A rerun that did not help, and was told so. */
function inVain(ledger: Ledger, runId: string, at: number): void {
  const about = { runId, at, action: 'retry' };
  ledger.effects.push({ ...shop, runId, attempt: 2, at });
  ledger.end.events?.push(
    event({ ...about, identity: `done ${runId}`, subject: 'action.executed', status: 'executed' }),
    event({ ...about, identity: `in vain ${runId}`, subject: 'outcome.observed', status: 'ineffective' }),
  );
}

function drop(ledger: Ledger, subject: string, attempt: number): void {
  ledger.end.events = ledger.end.events?.filter((one) => one.subject !== subject || one.attempt !== attempt) ?? [];
}

function redAgain(ledger: Ledger, attempt: number): void {
  Object.assign(ledger.end.runs[0] ?? {}, { attempt, conclusion: 'failure' });
}

it('finds nothing amiss where nothing is', () => {
  expect(violationsIn(soundLedger(), PROMISED)).toEqual([]);
});

it.each(CASES)('%s: %s', (check, _what, doctor, says) => {
  const ledger = soundLedger();
  doctor(ledger);
  const found = violationsIn(ledger, PROMISED).filter((violation) => violation.check === check);
  expect(found.map((violation) => violation.says)).toEqual([expect.stringMatching(says)]);
});

it('has such a case for every check', () => {
  expect(new Set(CASES.map(([check]) => check))).toEqual(new Set(checks.map(({ id }) => id)));
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

describe('what only looks amiss', () => {
  it.each<[string, Doctor]>([
    [
      'a person was faster by a moment, and Prunella took their rerun for its own',
      (l) => {
        l.effects.pop();
        l.byPeople.push({ ...shop, attempt: 2 });
      },
    ],
    [
      'a person who ran again what our rerun had healed',
      (l) => {
        l.byPeople.push({ ...shop, attempt: 3 });
        Object.assign(l.end.runs[0] ?? {}, { attempt: 3 });
      },
    ],
    [
      'a job that failed beside its run',
      (l) => {
        l.deliveries.push({ ...failed('chaos/shop-1'), kind: 'job', acceptedAt: 10 });
        l.end.events?.push(event({ identity: 'test job', subject: 'pipeline.finished', kind: 'job' }));
      },
    ],
    [
      'a person who followed a recommendation, from which is learnt as well',
      (l) => {
        l.end.events?.push(
          event({ subject: 'action.executed', action: 'retry', status: 'recommended', runId: '9', identity: 'test 9' }),
        );
        l.byPeople.push({ ...shop, runId: '9', attempt: 2 });
        Object.assign(l.end.report ?? {}, { learntHealed: 2 });
      },
    ],
    [
      'an event that the suite put there again',
      (l) => {
        l.end.events?.push(event({ identity: 'test 0', subject: 'pipeline.finished' }));
        l.replayed.push('test 0');
      },
    ],
    [
      'a question that nobody has answered',
      (l) =>
        l.end.incidents?.push(
          incident({ id: 'inc_3', repository: 'chaos/asked-1', runId: '9', state: 'awaiting_approval' }),
        ),
    ],
    [
      'starts that failed while NATS was away, or under a kill',
      (l) => {
        l.failedStarts.push(failedStart, { ...failedStart, from: 1, at: 2, wasKilled: true });
        l.faults.push(outage);
      },
    ],
    [
      'an outcome that takes back another',
      (l) => l.end.events?.push(event({ identity: 'test other', subject: 'outcome.observed', reverses: 'o-1' })),
    ],
    [
      'reruns of a storm one after the other',
      (l) => {
        for (const n of [1, 2, 3]) {
          const runId = `r${n}`;
          const [acted, told] = [
            event({ subject: 'action.executed' }),
            { ...shop, kind: 'run' as const, runId, attempt: 1, says: 'failure' },
          ];
          l.end.events?.push(parked(runId), {
            ...acted,
            ...{ runId, identity: runId, action: 'retry', status: 'executed' },
          });
          l.effects.push({ ...shop, runId, attempt: 2, at: n, endedAt: n + 1 });
          l.deliveries.push({ id: runId, ...told, acceptedAt: 1 });
          l.end.events?.push(event({ runId, identity: `f ${runId}` }));
          l.end.events?.push(event({ runId, identity: `e ${runId}`, subject: 'pipeline.finished' }));
          l.end.incidents?.push(incident({ id: runId, runId }));
        }
        Object.assign(l.end.report ?? {}, { acted: 4 });
      },
    ],
  ])('%s', (_what, doctor) => {
    const ledger = soundLedger();
    doctor(ledger);
    expect(violationsIn(ledger, PROMISED)).toEqual([]);
  });
});

it.each<[string, Doctor]>([
  ['what was let through before the breaker opened', (l) => inVain(l, 'soon', 50_000)],
  [
    'another action, and the same one on another platform',
    (l) => {
      inVain(l, 'other', 70_000);
      for (const one of l.end.events?.slice(-2) ?? []) one.platform = 'gitlab';
    },
  ],
  [
    'one that healed something meanwhile',
    (l) => {
      l.end.events?.push(event({ identity: 'heal', subject: 'outcome.observed', action: 'retry', status: 'healed' }));
      inVain(l, 'other', 70_000);
    },
  ],
])('an action that never helped may still be seen: %s', (_what, doctor) => {
  const ledger = soundLedger();
  drop(ledger, 'outcome.observed', 1);
  for (let n = 1; n <= PROMISED.failures; n += 1) inVain(ledger, `v${n}`, n);
  doctor(ledger);
  expect(violationsIn(ledger, PROMISED).filter(({ check }) => check === 'rests')).toEqual([]);
});
