import { actionTypes, causes, outcomes, quarantineChanges, standings } from '@prunella/contracts';
import { roles } from '@prunella/service-kit';
import { costKeys } from '@prunella/store';
import { testStates } from '@prunella/test-history';
import { z } from 'zod';
import { debtKindNames } from '../debts/kinds/index.ts';
import { debtStates } from '../debts/states.ts';
import { AlternativeCause, EvidenceLine, Incident } from '../ledger/incident.ts';
import { type NotDoneStatus, notDoneStatuses } from '../report/not-done.ts';

const Count = z.int().min(0);
const Probability = z.number().min(0).max(1);
const Rate = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe(
    'successful / (successful + ineffective + harmful): of the actions whose effect is known. Inconclusive and pending ones are no success and no failure. null: of none it is known.',
  );

const Minutes = z.number().min(0);
const Money = z.array(z.strictObject({ currency: z.string(), amount: z.number().min(0) }));

/** What some actions cost. */
const Costs = {
  actions: Count.describe('Actions that took effect.'),
  estimated: Count.describe('Of how many the costs were estimated.'),
  expectedMinutes: Minutes.describe('Sum of those estimates, in runner minutes.'),
  timed: Count.describe('Of how many it is known how long their rerun took.'),
  actualMinutes: Minutes.describe('Sum of how long those took, by the clock on the wall.'),
  money: Money.describe("Expected, by the policy's price; one entry for each currency. Empty: no price is set."),
};

const TimeToHeal = {
  timed: Count.describe(
    'Heals of which it is known how long they took: from when the failure was told to what proves the heal.',
  ),
  meanMinutesToHeal: Minutes.nullable().describe('null: of none it is known.'),
  medianMinutesToHeal: Minutes.nullable().describe('null: of none it is known.'),
};

const NotDone = z
  .strictObject(
    Object.fromEntries(notDoneStatuses.map((status) => [status, Count])) as Record<NotDoneStatus, typeof Count>,
  )
  .describe('Actions that were decided and did not take effect, by what became of them.');

/** What came of it. */
const Worth = {
  spent: z
    .strictObject({ minutes: Minutes, money: Money })
    .describe('Runner minutes, each as known, else as expected, and their price.'),
  healed: Count.describe('Proven, and not taken back.'),
  inVain: z
    .strictObject({ actions: Count, minutes: Minutes, money: Money })
    .describe('What ineffective, harmful and inconclusive ones spent, in runner minutes: as known, else as expected.'),
  saved: z
    .strictObject({ heals: Count, minutes: Minutes, money: Money })
    .nullable()
    .describe(
      "A person's time, by `reports.byHand` of the policy, for the heals that it has a figure for. Runner minutes are not saved: a rerun takes as long whoever begins it. What would have passed by itself is not taken off. null: no figure fits, and nothing is claimed.",
    ),
};

export const IncidentList = z.strictObject({
  items: z.array(Incident),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type IncidentList = z.infer<typeof IncidentList>;

export const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const RateInterval = Interval.nullable().describe(
  "`successRate` with Wilson's interval at 95 %; null: nothing is proven.",
);

export const EffectivenessReport = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  overall: z.strictObject({
    ...{ total: Count, successful: Count, ineffective: Count, harmful: Count, inconclusive: Count, pending: Count },
    ...{ successRate: Rate, interval: RateInterval, ...TimeToHeal, notDone: NotDone },
  }),
  actions: z.array(
    z.strictObject({
      action: z.enum(actionTypes),
      total: Count.describe('Actions that took effect in the time range.'),
      successful: Count.describe('Proven to have healed.'),
      ineffective: Count,
      harmful: Count,
      inconclusive: Count.describe('Nothing proved anything.'),
      pending: Count.describe('No outcome yet.'),
      successRate: Rate,
      interval: RateInterval,
      expectedMinutes: Minutes.describe('Runner minutes, as expected when it was decided.'),
      actualMinutes: Minutes.describe('What is known of how long the reruns took.'),
      money: Money.describe("Expected, by the policy's price, for each currency."),
      ...TimeToHeal,
      notDone: NotDone,
    }),
  ),
  days: z
    .array(
      z.strictObject({
        day: z.iso.date().describe('In UTC.'),
        ...{ successful: Count, ineffective: Count, harmful: Count, inconclusive: Count, pending: Count },
      }),
    )
    .describe('The same by day, the oldest first, at most 400; days without actions are left out.'),
});
export type EffectivenessReport = z.infer<typeof EffectivenessReport>;

const Arm = z.strictObject({
  successes: Count,
  cases: Count,
  interval: Interval.optional().describe("Their share, with Wilson's interval at 95 %."),
});
const Uplift = {
  method: z
    .enum(['hold-out', 'matched', 'none'])
    .describe('hold-out: chance decided who was healed; matched: incidents alike that were only recommended.'),
  treated: Arm.describe('Those that were healed or tried. What was not proven is no success.'),
  control: Arm.describe('Those that were not acted on, and of them those that became well by themselves in time.'),
  difference: Interval.optional().describe('Of the two shares, at 95 %. Absent: there are too few to say.'),
  strata: Count.describe('Groups of incidents alike that have both; 0 where chance decided.'),
  says: z.string().describe('The same in a sentence, with what it is worth.'),
  pending: Count.describe('Incidents of which it is not known yet how they end; they are no cases.'),
};

export const UpliftReport = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  overall: z.strictObject(Uplift),
  causes: z.array(z.strictObject({ cause: z.enum(causes), ...Uplift })).describe('The same by cause.'),
});
export type UpliftReport = z.infer<typeof UpliftReport>;

export const CostReport = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  by: z.enum(costKeys),
  total: z.strictObject({ ...Costs, ...Worth }),
  items: z.array(
    z.strictObject({
      key: z.string().describe('The action, repository, cause or day (UTC); empty: the event names no repository.'),
      ...Costs,
      ...Worth,
    }),
  ),
});
export type CostReport = z.infer<typeof CostReport>;

/** Something that works without being repaired. */
export const Debt = z.strictObject({
  id: z.string(),
  kind: z.enum(debtKindNames),
  what: z.string().describe('What wants repair, in one sentence.'),
  state: z
    .enum(debtStates)
    .describe('overdue: it is past its due date. resolved: somebody said so, and it was not seen since.'),
  rootCause: z.boolean().describe('It is healed again and again: the cause is to be fixed.'),
  owner: z.string().nullable().describe('Who repairs it; null: nobody.'),
  ownerFrom: z
    .enum(['hand', 'policy'])
    .nullable()
    .describe('Who named the owner: somebody, or `owners` of the policy.'),
  dueAt: z.iso.datetime(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  count: Count.describe('How often it was added to.'),
  recent: Count.describe('In the last seven days.'),
  before: Count.describe('In the seven days before those.'),
  trend: z.enum(['rising', 'steady', 'falling']).describe('`recent` against `before`.'),
  minutes: Minutes.describe('Runner minutes that it cost so far: as known, else as expected.'),
  money: Money.describe("What those cost, by the policy's price, for each currency."),
  platform: z.string(),
  repository: z.string().describe('Empty: the publisher names none.'),
  pipelineId: z.string(),
  fingerprint: z.string().describe('Empty: it is about no one failure.'),
  workload: z.string().describe('namespace/name; empty: it is about a pipeline.'),
  cause: z.enum(causes),
  incidentId: z.string().describe('The newest incident that added to it.'),
  resolvedAt: z.iso.datetime().nullable(),
  changedBy: z.string().nullable().describe('Who said the last of owner and repair; null: nobody yet.'),
  changedWhy: z.string(),
});
export type Debt = z.infer<typeof Debt>;

export const DebtList = z.strictObject({
  items: z.array(Debt),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type DebtList = z.infer<typeof DebtList>;

export const ConfidenceList = z.strictObject({
  items: z.array(
    z.strictObject({
      decidedBy: z
        .string()
        .describe('rule:<id>, model:<version>, metrics:<id>, reporter:<error type>, request:<who> or default.'),
      action: z.enum(actionTypes),
      prior: Probability.describe("The rule's own confidence. 0 where nothing was observed yet."),
      mean: Probability.describe('How often it is expected to heal, old outcomes counting less.'),
      lower: Probability.describe(
        'What thresholds are held against: it heals at least so often, with the credibility of the policy.',
      ),
      healed: Count,
      ineffective: Count,
      harmful: Count,
      samples: Count.describe('healed + ineffective + harmful'),
      weight: z.number().min(0).describe('The same with old ones counting less.'),
      standing: z.enum(standings).describe('demoted: it is only recommended.'),
      pinned: z.boolean().describe('A person said so, and only a person changes it.'),
      why: z.string().nullable().describe('Why its standing changed the last time; null: it never did.'),
      since: z.iso.datetime().nullable(),
      updatedAt: z.iso.datetime(),
    }),
  ),
});
export type ConfidenceList = z.infer<typeof ConfidenceList>;

/** A demotion or promotion with its evidence. */
export const StandingChange = z.strictObject({
  decidedBy: z.string(),
  action: z.enum(actionTypes),
  standing: z.enum(standings),
  by: z.string().describe('`prunella`, or who did it by hand.'),
  pinned: z.boolean(),
  reason: z.string(),
  healed: Count.describe('Outcomes that counted then, of any weight.'),
  ineffective: Count,
  harmful: Count,
  weight: z.number().min(0).describe('The same by weight.'),
  mean: Probability,
  lower: Probability.describe('The bound that was held against the threshold.'),
  threshold: Probability,
  windowFrom: z.iso.datetime().nullable().describe('From when on outcomes counted.'),
  at: z.iso.datetime(),
});
export type StandingChange = z.infer<typeof StandingChange>;

export const StandingChangeList = z.strictObject({
  items: z.array(StandingChange),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type StandingChangeList = z.infer<typeof StandingChangeList>;

const Weighed = {
  helped: z.number().min(0).describe('Those that healed, old ones counting less.'),
  tried: z.number().min(0).describe('All that are proven, old ones counting less.'),
};
const Counted = { healed: Count, ineffective: Count, harmful: Count };

/** What the belief about a rule and action stands on. */
export const ConfidenceEvidence = z.strictObject({
  decidedBy: z.string(),
  action: z.enum(actionTypes),
  word: Probability.describe('What the rule says of itself.'),
  prior: Probability.describe('Its word and what is known of others like it, before its own outcomes.'),
  mean: Probability,
  lower: Probability.describe('What the threshold is held against.'),
  threshold: Probability.describe('Of the policy, for the risk of the action, without entries of `pipelines`.'),
  own: z.strictObject({
    ...Weighed,
    ...Counted,
    causes: z.array(z.strictObject({ cause: z.enum(causes), ...Weighed, ...Counted })).describe('The most first.'),
  }),
  sameCause: z.strictObject({ ...Weighed, rules: Count }).describe('The same action for the same causes, by others.'),
  otherCauses: z.strictObject({ ...Weighed, rules: Count }).describe('The same action for other causes, by others.'),
  settings: z
    .strictObject({
      halfLifeDays: z.number(),
      priorWeight: z.number(),
      credibility: Probability,
      demoteAfter: z.number(),
      promoteAfter: z.number(),
      margin: z.number(),
    })
    .describe('`learning` of the policy.'),
});
export type ConfidenceEvidence = z.infer<typeof ConfidenceEvidence>;

/** Failures of unknown cause that are the same. */
export const CoverageCluster = z.strictObject({
  id: z.string().describe('Their fingerprint.'),
  count: Count,
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  repositories: z.array(z.string()).describe('The most frequent first, at most five.'),
  pipelines: z.array(z.string()).describe('Ids, the most frequent first, at most five.'),
  exampleIncidentId: z.string().describe('The newest one.'),
  evidence: z.array(EvidenceLine).describe('Of the newest one; at most five lines.'),
});
export type CoverageCluster = z.infer<typeof CoverageCluster>;

export const CoverageReport = z.strictObject({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  total: Count.describe('Incidents with a diagnosis.'),
  classified: Count.describe('Those of them whose cause is known.'),
  unknown: Count,
  share: z.number().min(0).max(1).nullable().describe('classified / total; null: there are none.'),
  clusters: z.array(CoverageCluster).describe('Of what is unknown, the largest first.'),
});
export type CoverageReport = z.infer<typeof CoverageReport>;

export const CoverageClusterPage = CoverageCluster.extend({
  incidents: z
    .array(
      z.strictObject({
        id: z.string(),
        pipelineId: z.string(),
        repository: z.string(),
        openedAt: z.iso.datetime(),
        evidence: z.array(EvidenceLine),
        alternatives: z.array(AlternativeCause).describe('What else was considered.'),
      }),
    )
    .describe('The newest first.'),
});
export type CoverageClusterPage = z.infer<typeof CoverageClusterPage>;

/** A rule that waits for a person's eyes. */
export const RuleDraft = z.strictObject({
  cluster: z.string(),
  cause: z.enum(causes).nullable().describe('For which it is; null: none was asked for, and nothing suggests one.'),
  suggested: z.boolean().describe('The cause is what the diagnoses considered most, and was not asked for.'),
  samples: Count.describe('Failures it was drafted from.'),
  ruleId: z.string().nullable(),
  pattern: z.string().nullable().describe('RE2; matches a line of each of those failures.'),
  yaml: z.string().nullable().describe('A pack with this one rule, as it can stand in a file; null: see `reason`.'),
  reason: z.string().nullable().describe('Why there is none.'),
});
export type RuleDraft = z.infer<typeof RuleDraft>;

export const TrainingList = z.strictObject({
  items: z
    .array(
      z.strictObject({
        id: z.string(),
        openedAt: z.iso.datetime(),
        pipelineId: z.string(),
        repository: z.string().describe('Empty: the publisher names none.'),
        cause: z.enum(causes),
        decidedBy: z.string(),
        prior: z.number().min(0).max(1).describe('What the rule or model said by itself, before learning.'),
        action: z.enum(actionTypes).nullable(),
        outcome: z.enum(outcomes).nullable().describe('What was proven about the action; null: nothing yet.'),
        reversed: z.boolean().describe('The outcome of the first action was a heal, and was taken back.'),
        treatment: z
          .enum(['acted', 'recommended', 'held_out'])
          .nullable()
          .describe('What was done about it first; held_out: only watched, by chance. null: anything else.'),
        recovered: z
          .boolean()
          .nullable()
          .describe('Whether it became well without an action of ours. null: there was one, or its time is not over.'),
        evidence: z.array(EvidenceLine).describe('What tells most comes first.'),
        metrics: z.record(z.string(), z.number()),
      }),
    )
    .describe('The newest first.'),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type TrainingList = z.infer<typeof TrainingList>;

export const ApprovalAnswer = z.strictObject({
  incidentId: z.string(),
  attempt: z.int().min(1),
  action: z.enum(actionTypes),
  approved: z.boolean(),
  state: z
    .enum(['approved', 'rejected', 'waiting', 'not_allowed'])
    .describe(
      'What the request comes to. waiting: more people have to say yes; not_allowed: this answer does not count.',
    ),
  says: z.string().describe('The same in a few words.'),
});
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

export const BreakerList = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.string(),
      action: z.enum(actionTypes),
      platform: z.string(),
      open: z
        .boolean()
        .describe('Open: the action is only recommended there, until it has rested or somebody closes it.'),
      failures: Count.describe('Outcomes in a row that did not help.'),
      openedAt: z.iso.datetime().nullable(),
      reason: z.string().nullable().describe('Why it opened.'),
      trying: z.boolean().describe('One action is being tried, to see whether it helps again.'),
      closed: z
        .strictObject({ by: z.string(), reason: z.string(), at: z.iso.datetime() })
        .nullable()
        .describe('Who closed it the last time by hand.'),
    }),
  ),
});
export type BreakerList = z.infer<typeof BreakerList>;

export const BreakerClosing = z.strictObject({
  id: z.string(),
  action: z.enum(actionTypes),
  platform: z.string(),
  by: z.string(),
  reason: z.string(),
});
export type BreakerClosing = z.infer<typeof BreakerClosing>;
export const QuarantinedTest = z.strictObject({
  id: z.string(),
  test: z.string().describe('Its name as the runner writes it.'),
  repository: z.string(),
  owner: z.string().describe('Who mends it; empty: nobody is named.'),
  reason: z.string().describe('Why the last change was made.'),
  state: z.enum(quarantineChanges).describe('The last change; `added` and `extended`: it is in quarantine.'),
  by: z.string().describe('Who made it: a person, or prunella.'),
  changedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  greens: Count.describe('Runs of the default branch that passed in a row.'),
  of: Count.describe('So many release it.'),
  evidence: z.array(EvidenceLine),
  incidentIds: z.array(z.string()),
});
export type QuarantinedTest = z.infer<typeof QuarantinedTest>;

export const QuarantineList = z.strictObject({
  skip: z.boolean().describe('false: on this branch they are run all the same, and their results are reported.'),
  items: z.array(QuarantinedTest),
  nextCursor: z.string().nullable().describe('Always null: the list is whole.'),
});
export type QuarantineList = z.infer<typeof QuarantineList>;

export const QuarantineCount = z.strictObject({
  counted: Count.describe('Results of tests in quarantine.'),
  ignored: Count.describe('Results of other tests, or of another branch.'),
  items: z.array(z.strictObject({ id: z.string(), test: z.string(), greens: Count, of: Count, released: z.boolean() })),
});
export type QuarantineCount = z.infer<typeof QuarantineCount>;

const Commit = z.string().describe('Empty: not known.');

export const KnownTest = z.strictObject({
  id: z.string(),
  name: z.string(),
  classname: z.string().describe('Class, module, package or file, as its runner groups it.'),
  suite: z.string(),
  file: z.string().describe('Empty: its runner does not say.'),
  repository: z.string(),
  pipelineId: z.string(),
  job: z.string(),
  state: z
    .enum(testStates)
    .describe(
      'failing: broken; flaky: it failed and passed at the same commit; suspect: it fails and recovers, at different commits; passing: the rest.',
    ),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  lastFailedAt: z.iso.datetime().nullable().describe('null: it never failed as far as it is kept.'),
  runs: Count.nullable().describe('Of those that are kept. null: it never failed, and is not counted.'),
  failures: Count,
  proofs: Count.describe('Commits at which it failed and passed.'),
  proofShas: z.array(z.string()).describe('The newest of those commits.'),
  lastProofAt: z.iso.datetime().nullable(),
  recoveries: Count.describe('How often it failed on the default branch and passed later on.'),
  rate: z
    .strictObject({
      mean: z.number().min(0).max(1),
      low: z.number().min(0).max(1),
      high: z.number().min(0).max(1),
      weight: z.number().min(0).describe('How many runs of today it is worth.'),
    })
    .nullable()
    .describe(
      'How often it fails on the default branch: recent runs count more, half of it after two weeks; low to high holds it nine times in ten.',
    ),
  failingSince: z
    .strictObject({
      at: z.iso.datetime(),
      runs: Count.describe('1: a new failure.'),
      firstFailingCommit: Commit,
      lastPassingCommit: Commit,
    })
    .nullable()
    .describe('null: it passed the last time.'),
});
export type KnownTest = z.infer<typeof KnownTest>;

export const TestList = z.strictObject({
  items: z.array(KnownTest),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type TestList = z.infer<typeof TestList>;

export const TestPage = KnownTest.extend({
  history: z
    .array(
      z.strictObject({
        at: z.iso.datetime(),
        run: z.string(),
        attempt: Count,
        sha: Commit,
        branch: z.string(),
        result: z.enum(['passed', 'failed', 'flaky']),
        durationMs: z.number().min(0),
        message: z.string(),
        crowded: z.boolean().describe('So many others failed with it that it proves nothing of this one.'),
      }),
    )
    .describe('The newest first.'),
});
export type TestPage = z.infer<typeof TestPage>;

export const FlakyReport = z.strictObject({
  tests: Count.describe('Tests that are known.'),
  failing: Count,
  flaky: Count,
  suspect: Count,
  items: z.array(KnownTest).describe('The flaky ones, those with the most proofs first.'),
});
export type FlakyReport = z.infer<typeof FlakyReport>;

export const CurrentSession = z.strictObject({
  name: z.string().nullable().describe('Recorded with what you change. null: say it with each change.'),
  role: z.enum(roles).nullable().describe('null: not let in.'),
  by: z
    .enum(['open', 'shared', 'token', 'session'])
    .nullable()
    .describe('How you are known. open: nobody is asked; shared: PRUNELLA_API_TOKEN. null: you are not.'),
  singleSignOn: z.boolean().describe('Whether people can sign in, at /auth/sign-in.'),
});
export type CurrentSession = z.infer<typeof CurrentSession>;

export const ApiToken = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  expiresAt: z.iso.datetime().nullable().describe('null: it does not expire.'),
  lastUsedAt: z.iso.datetime().nullable().describe('To the hour; null: never, as far as is known.'),
});
export type ApiToken = z.infer<typeof ApiToken>;

export const NewApiToken = ApiToken.extend({
  token: z.string().describe('It is shown once, and not kept.'),
});
export type NewApiToken = z.infer<typeof NewApiToken>;

export const ApiTokenList = z.strictObject({ items: z.array(ApiToken), nextCursor: z.null() });
export type ApiTokenList = z.infer<typeof ApiTokenList>;

export const ChangeList = z.strictObject({
  items: z.array(
    z.strictObject({
      id: z.string(),
      at: z.iso.datetime(),
      who: z.string().describe('Empty: nobody said.'),
      role: z.enum(roles),
      via: z.enum(['open', 'shared', 'token', 'session']).describe('open, shared: who it was is only what they said.'),
      what: z.string().describe('Method and path.'),
      reason: z.string(),
      request: z.string().describe('JSON of what was sent, cut, without secrets.'),
      status: z.int().nullable().describe('Of the answer; null: the auditor was ended in the middle of it.'),
    }),
  ),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type ChangeList = z.infer<typeof ChangeList>;

export const BacktestEvents = z.strictObject({
  items: z.array(
    z.strictObject({
      specversion: z.literal('1.0'),
      id: z.string(),
      source: z.string(),
      type: z.string(),
      time: z.iso.datetime(),
      data: z.looseObject({}),
    }),
  ),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type BacktestEvents = z.infer<typeof BacktestEvents>;

const BacktestTotals = z
  .looseObject({})
  .nullable()
  .describe('The sums of its report, as under `totals` there; null: it is not done, or there is no such policy.');

export const BacktestJob = z.strictObject({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  judgeWithin: z.string().describe('A duration.'),
  policy: z.string().describe('The YAML that is tried, without what looks like a secret.'),
  against: z.string().nullable().describe('The YAML that it is compared with; null: nothing.'),
  isCurrent: z.boolean().describe('Whether that was the one in force.'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable().describe('null: it runs.'),
  events: Count.describe('Events that were played.'),
  share: z.number().min(0).max(1).describe('How far it is.'),
  problem: z.string().nullable().describe('Why it failed.'),
  totals: BacktestTotals,
  againstTotals: BacktestTotals,
  report: z.looseObject({}).nullable().describe('As `prunella backtest --json` gives it; null: it is not done.'),
});
export type BacktestJob = z.infer<typeof BacktestJob>;

export const BacktestList = z.strictObject({ items: z.array(BacktestJob) });
export type BacktestList = z.infer<typeof BacktestList>;

/** RFC 9457, as the service kit writes it. */
export const Problem = z.strictObject({
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  field: z.string().optional().describe('The field of the request that is wrong.'),
});
