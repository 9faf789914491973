import { type ActionStatus, modes } from '@prunella/contracts';
import { Duration, parseDuration, parseQuantity } from '@prunella/core';
import { z } from 'zod';
import { AlternativePath } from './alternative.ts';
import { AnomalySettings } from './anomalies.ts';
import { ApprovalRule } from './approval.ts';
import { BackfillSettings } from './backfill.ts';
import { BreakerSettings } from './breaker.ts';
import { Budget } from './budget.ts';
import { CostSettings } from './costs.ts';
import { Dependency } from './dependency.ts';
import { Freeze } from './freeze.ts';
import { IncidentSettings } from './incidents.ts';
import { KubernetesSettings } from './kubernetes.ts';
import { LearningSettings } from './learning.ts';
import { Match } from './match.ts';
import { MeasurementSettings } from './measurements.ts';
import { MetricCheck } from './metric-check.ts';
import { Owners } from './owners.ts';
import { QuarantineSettings } from './quarantine.ts';
import { ReportSettings } from './reports.ts';
import { ReviewSettings } from './review.ts';
import { StormSettings } from './storm.ts';
import { TestSettings } from './tests.ts';
import { Watch } from './watch.ts';

/**
 * What is decided about an action that is worth telling people, that they are asked, and that a test's time in quarantine is over; `observed` is
 * missing on purpose: observe says nothing outside.
 */
const NOTIFIABLE = [
  'requested',
  'executed',
  'recommended',
  'failed',
  'superseded',
  'handed_over',
  'rejected',
  'quarantine_expired',
] as const satisfies readonly (ActionStatus | 'requested' | 'quarantine_expired')[];
/** What people can be told of. */
export type Notifiable = (typeof NOTIFIABLE)[number];

const Mode = z.enum(modes);
const Confidence = z.number().min(0).max(1);
const Attempts = z.int().min(1).max(20);

const Cooldown = between('0s', '7d');
const ApproveWithin = between('1m', '30d');

/** Told even where nothing else is said: a healer that runs wild must find an end by itself. */
const USUAL_BUDGETS: z.input<typeof Budget>[] = [
  {
    name: 'usual',
    match: { platform: ['github', 'gitlab', 'jenkins', 'kubernetes', 'argo', 'alertmanager', 'prometheus', 'generic'] },
    per: 'repository',
    within: '1d',
    actions: 100,
  },
];

const PipelineEntry = z.strictObject({
  match: Match.describe('What it is for.'),
  mode: Mode.optional().describe('How far Prunella may go there.'),
  thresholds: z
    .strictObject({
      free: Confidence.optional().describe('What only tells somebody.'),
      cheap: Confidence.optional().describe('Reruns and waits.'),
      reversible: Confidence.optional().describe('What can be put back.'),
    })
    .optional()
    .describe('Least confidence to act there, by risk; one that is not given holds as above.'),
  attempts: Attempts.optional().describe('Healing attempts for an incident there.'),
  cooldown: Cooldown.optional().describe('Least time there between two of the same action on the same target.'),
  approveWithin: ApproveWithin.optional().describe('How long an answer may take there.'),
});
export type PipelineEntry = z.infer<typeof PipelineEntry>;

const Amount = z
  .string()
  .refine(isQuantity, { error: 'expected a quantity as Kubernetes writes it, such as 8Gi, 4 or 500m, in quotes' });

const ScaleLimits = z
  .strictObject({
    memory: Amount.default('8Gi').describe('The most that a container may be given.'),
    cpu: Amount.default('4').describe('The same for CPUs.'),
    times: z
      .int()
      .min(1)
      .max(10)
      .default(2)
      .describe('So often, then a human is told: what needs ever more may be a leak.'),
  })
  .prefault({});

const TimeoutLimits = z
  .strictObject({
    deadline: between('1m', '4h').prefault('1h').describe('The most that a rollout may take to make progress.'),
    times: z
      .int()
      .min(1)
      .max(10)
      .default(2)
      .describe('So often for a workload, then a human is told: what needs ever more time is not just slow.'),
  })
  .prefault({});

/** `prunella.yaml`: how far Prunella may go, and where. */
export const PolicySchema = z.strictObject({
  version: z.literal(1).describe('Version of this format.'),
  mode: Mode.optional().describe(
    'How far Prunella may go: observe < recommend < approve < act. Not given: act on the playground, recommend elsewhere.',
  ),
  thresholds: z
    .strictObject({
      free: Confidence.default(0).describe('What only tells somebody.'),
      cheap: Confidence.default(0.6).describe('Reruns and waits.'),
      reversible: Confidence.default(0.8).describe('What can be put back: rollback, scale, quarantine, restart.'),
    })
    .prefault({})
    .describe(
      'Least confidence to act, per risk class; below it the action is only recommended. Irreversible is never automatic.',
    ),
  attempts: Attempts.default(3).describe('Healing attempts per incident, whatever the rules say.'),
  cooldown: Cooldown.prefault('0s').describe(
    'Least time between two of the same action on the same branch of a pipeline or the same workload.',
  ),
  approveWithin: ApproveWithin.prefault('4h').describe('Without an answer within this time nothing is done.'),
  approvals: z
    .array(ApprovalRule)
    .max(200)
    .default([])
    .describe('Who may answer what is asked, and how many it takes; the first that matches. Where none does: anybody.'),
  budgets: z
    .array(Budget)
    .max(50)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, { error: 'expected different names' })
    .prefault(USUAL_BUDGETS)
    .describe('What may be spent on acting, over all incidents; where one is used up, the action is only recommended.'),
  costs: CostSettings.describe('What acting costs, for budgets in minutes and money.'),
  alternatives: z
    .array(AlternativePath)
    .max(100)
    .default([])
    .describe('Other pipelines to start where reruns of the one that failed did not help; the first that matches.'),
  breaker: BreakerSettings.describe('An action that does not help on a platform gets a rest there.'),
  storm: StormSettings.describe(
    'Many pipelines that fail alike are one outage: their reruns wait, and a few are tried.',
  ),
  scale: ScaleLimits.describe('How far resources may be raised.'),
  timeouts: TimeoutLimits.describe('How far time limits may be raised.'),
  quarantine: QuarantineSettings.describe('Flaky tests that runners skip for a while.'),
  owners: Owners.describe(
    'Who mends what nobody else is named for: debts, tests in quarantine; the first that matches.',
  ),
  freezes: z.array(Freeze).max(100).default([]).describe('Times in which nothing is done by itself.'),
  protect: z
    .array(
      z.strictObject({
        match: Match.describe('What is protected.'),
        mode: Mode.describe('How far Prunella may go there at most.'),
      }),
    )
    .max(200)
    .default([])
    .describe('Where the mode is at most this, whatever `mode` and `pipelines` say.'),
  holdOut: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Part of the incidents that would be healed which is only watched, to see what passes by itself.'),
  learning: LearningSettings.describe('How outcomes change what a rule may do.'),
  settleWithin: between('1s', '30d').prefault('6h').describe('No proof of an outcome within this time: inconclusive.'),
  incidents: IncidentSettings.describe('What belongs to one incident.'),
  pipelines: z
    .array(PipelineEntry)
    .default([])
    .describe('Exceptions; of the entries that match a run, the first one that says something about a field wins.'),
  watches: z
    .array(Watch)
    .max(500)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, { error: 'expected different names' })
    .default([])
    .describe('Services that are looked at after a deployment; the first one that matches.'),
  dependencies: z
    .array(Dependency)
    .max(100)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, { error: 'expected different names' })
    .default([])
    .describe('What pipelines need and is probed: runs are held back, and healing waits, while it is not there.'),
  kubernetes: KubernetesSettings.describe('How a cluster is watched for what fails in it.'),
  backfill: BackfillSettings.describe('How platforms are asked for runs that no webhook told of.'),
  anomalies: AnomalySettings.describe('When something that takes longer, or needs more, than usual is told.'),
  checks: z
    .array(MetricCheck)
    .max(100)
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, { error: 'expected different names' })
    .default([])
    .describe('What Prometheus is asked again and again; what is bad time after time is a failure.'),
  metrics: MeasurementSettings.describe(
    'What Prometheus is asked about the workload of a failure that came without metrics.',
  ),
  tests: TestSettings.describe('Where test reports come from, beside those that pipelines send.'),
  notify: z
    .strictObject({
      on: z
        .array(z.enum(NOTIFIABLE))
        .default(['requested', 'handed_over', 'failed', 'quarantine_expired'])
        .describe('What became of an action, that people are asked (`requested`), that a quarantine is over.'),
    })
    .prefault({})
    .describe('What people are told about: what became of an action, and what nobody mended in time.'),
  review: ReviewSettings.describe('What the author of a change is told beside it.'),
  reports: ReportSettings.describe('What reports say, and to whom they are told.'),
});

/** A parsed policy: durations in milliseconds, defaults put in. */
export type Policy = z.infer<typeof PolicySchema>;

function isQuantity(text: string): boolean {
  try {
    return parseQuantity(text).nano > 0n;
  } catch {
    return false;
  }
}

function between(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return Duration.refine((ms) => ms >= from && ms <= to, { error: `expected a duration from ${least} to ${most}` });
}

/** The JSON Schema of `prunella.yaml`, for editors and the reference. */
export function policyJsonSchema(): Record<string, unknown> {
  return { title: 'prunella.yaml', ...z.toJSONSchema(PolicySchema, { io: 'input' }) };
}
