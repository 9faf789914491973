import type { Budget } from '../budget.ts';
import type { Policy } from '../policy.ts';
import {
  allOf,
  anyStretch,
  count,
  DAYS,
  type PolicySection,
  percent,
  plain,
  sentence,
  subject,
  time,
} from './phrases.ts';

/** What may be spent. */
export function budgets({ budgets: list, costs }: Policy): PolicySection {
  const { currency, usual, prices } = costs;
  return {
    id: 'budgets',
    title: 'What it may spend',
    sentences: [
      ...(list.length === 0
        ? [{ says: 'There is no budget: nothing limits how often it acts over all incidents.', at: ['budgets'] }]
        : list.map((budget, index) => ({ says: budgetText(budget, currency), at: ['budgets', index] }))),
      ...(list.length === 0
        ? []
        : [{ says: 'Where a budget is used up, the action is only recommended.', at: ['budgets'] }]),
      ...prices.map(({ match, perMinute }, index) => ({
        says: `A minute of CI costs ${perMinute} ${currency} for ${subject(match)}.`,
        at: ['costs', 'prices', index],
      })),
      ...(prices.length === 0 ? [{ says: 'A minute of CI costs nothing, as far as is said.', at: ['costs'] }] : []),
      {
        says: `A rerun is taken to last as long as what failed; where that is not known, ${time(usual)}.`,
        at: ['costs', 'usual'],
      },
    ],
  };
}

const SCOPES: Readonly<Record<Budget['per'], string>> = {
  everything: 'over everything together',
  repository: 'for each repository',
  pipeline: 'for each pipeline',
  branch: 'for each branch of a pipeline',
  cause: 'for each cause in a repository',
  target: 'for each branch or workload',
  incident: 'for each incident',
};

function budgetText({ name, match, per, within, actions, minutes, money }: Budget, currency: string): string {
  const platform = [match?.platform ?? []].flat().length < ANY_REAL ? undefined : 'any real platform';
  const most = [
    ...(actions === undefined ? [] : [`be done ${count(actions, 'time')}`]),
    ...(minutes === undefined ? [] : [`take ${count(minutes, 'minute')} of CI`]),
    ...(money === undefined ? [] : [`cost ${money} ${currency}`]),
  ];
  const about = match === undefined ? 'actions' : subject({ ...match, ...(platform && { platform }) }, 'actions');
  return sentence(`${about} may ${allOf(most)} in ${anyStretch(within)}, ${SCOPES[per]} (budget ${name})`);
}

/** The usual budget names every real platform: that is said shorter. */
const ANY_REAL = 5;

/** What happens when acting does not help. */
export function brakes({
  breaker,
  storm,
  alternatives,
  scale,
  timeouts,
  quarantine,
  dependencies,
}: Policy): PolicySection {
  const again =
    breaker.reset === 'human' ? 'until a person trusts it again' : `for ${time(breaker.rest)}; then one is tried`;
  return {
    id: 'brakes',
    title: 'When acting does not help',
    sentences: [
      {
        says: `After ${count(breaker.failures, 'failure')} in a row, or one that did harm, an action is only recommended on that platform ${again}.`,
        at: ['breaker'],
      },
      {
        says: `When ${storm.pipelines} pipelines fail alike within ${time(storm.within)}, that is one outage: reruns wait, few are tried, and at most ${storm.atATime} go at a time.`,
        at: ['storm'],
      },
      ...alternatives.map(({ match, pipeline, repository, ref, after }, index) => ({
        says: `For ${subject(match, 'reruns')}, ${[repository, pipeline || 'the pipeline', ref && `at ${ref}`].filter(Boolean).join(' ')} is started instead${match.action === undefined ? ` after ${count(after, 'rerun')} in vain` : ''}.`,
        at: ['alternatives', index],
      })),
      {
        says: `Memory is raised to ${scale.memory} and CPU to ${scale.cpu} at most, ${count(scale.times, 'time')}; then a person is told.`,
        at: ['scale'],
      },
      {
        says: `A rollout is given ${time(timeouts.deadline)} at most, and more time ${count(timeouts.times, 'time')}; then a person is told.`,
        at: ['timeouts'],
      },
      {
        says: `A flaky test is skipped for ${time(quarantine.expiry)} at most, ${count(quarantine.most, 'test')} of a repository at the same time; it comes back after ${count(quarantine.greens, 'run')} of it in a row that passed.`,
        at: ['quarantine'],
      },
      ...dependencies.map(({ name, kind, waitAtMost }, index) => ({
        says: `While ${name} (${kind}) is down, reruns that need it wait, ${time(waitAtMost)} at most.`,
        at: ['dependencies', index],
      })),
    ],
  };
}

/** How outcomes are judged, and what is learnt of them. */
export function learning({ learning: settings, holdOut, settleWithin, incidents }: Policy): PolicySection {
  const { halfLife, demoteAfter, promoteAfter, credibility } = settings;
  return {
    id: 'learning',
    title: 'How it learns',
    sentences: [
      {
        says:
          holdOut === 0
            ? 'Every incident that may be healed is; none is left alone for comparison.'
            : `${percent(holdOut)} of the incidents that would be healed are only watched, to see what passes by itself.`,
        at: ['holdOut'],
      },
      {
        says: `What is not proven within ${time(settleWithin)} counts neither as a success nor as a failure.`,
        at: ['settleWithin'],
      },
      {
        says: `From ${count(demoteAfter, 'outcome')} on, a rule only recommends unless it is ${percent(credibility)} sure to heal often enough; after ${count(promoteAfter, 'more outcome')} it may act again.`,
        at: ['learning'],
      },
      { says: `An outcome counts half after ${time(halfLife)}.`, at: ['learning', 'halfLife'] },
      {
        says: `Alerts and pods belong to the incident of a deployment for ${time(incidents.joinWithin)} after it.`,
        at: ['incidents', 'joinWithin'],
      },
    ],
  };
}

const NOTICES: Readonly<Record<string, string>> = {
  requested: 'when they are asked',
  executed: 'when something was done',
  recommended: 'when something is recommended',
  failed: 'when an action could not be done',
  superseded: 'when an action was not needed any more',
  handed_over: 'when a failure is left to them',
  rejected: 'when somebody said no',
  quarantine_expired: 'when a test was not mended in time',
};

/** Who hears of it. */
export function telling({ notify, review, reports, owners }: Policy): PolicySection {
  const { digest } = reports;
  return {
    id: 'telling',
    title: 'Who is told',
    sentences: [
      {
        says:
          notify.on.length === 0
            ? 'People are told of nothing in chat.'
            : `People are told ${allOf(notify.on.map((what) => NOTICES[what] ?? plain(what)))}.`,
        at: ['notify', 'on'],
      },
      {
        says: review.comment
          ? 'The author of a change finds one comment on the pull or merge request.'
          : 'Nothing is written on pull and merge requests.',
        at: ['review', 'comment'],
      },
      {
        says:
          digest === undefined
            ? 'There is no digest.'
            : `A digest is sent every ${digest.every === 'week' ? DAYS[digest.day ?? 'mon'] : 'day'} at ${digest.at} (${digest.zone})${digest.channel ? ` to ${digest.channel}` : ''}.`,
        at: ['reports', 'digest'],
      },
      ...owners.map(({ match, owner }, index) => ({
        says: `${owner} mends what is left in ${Object.entries(match)
          .map(([field, globs]) => `${field} ${allOf([globs].flat())}`)
          .join(', ')}.`,
        at: ['owners', index],
      })),
    ],
  };
}

/** What is looked at beside pipelines that tell of themselves. */
export function watching({ watches, checks, kubernetes, backfill, anomalies }: Policy): PolicySection {
  return {
    id: 'watching',
    title: 'What it looks at by itself',
    sentences: [
      ...watches.map(({ name, checks: looks, every, failures }, index) => ({
        says: `After a deployment, ${name} is looked at ${count(looks, 'time')}, every ${time(every)}: ${count(failures, 'bad look')} and it counts as failed.`,
        at: ['watches', index],
      })),
      ...checks.map(({ name, metric, every }, index) => ({
        says: `Prometheus is asked every ${time(every)} for ${name} (${plain(metric)}).`,
        at: ['checks', index],
      })),
      {
        says: kubernetes.watch
          ? `The cluster is watched, where there is one: containers that were restarted ${count(kubernetes.restarts, 'time')}, pods without a node for ${time(kubernetes.unschedulableFor)}.`
          : 'No cluster is watched.',
        at: ['kubernetes'],
      },
      {
        says: backfill.enabled
          ? `Every ${time(backfill.every)} platforms are asked for runs of which no webhook told.`
          : 'Platforms are not asked for runs of which no webhook told.',
        at: ['backfill'],
      },
      {
        says: anomalies.enabled
          ? `What passes and takes ${anomalies.ratio} times as long as usual is told.`
          : 'What takes longer than usual is not told.',
        at: ['anomalies'],
      },
    ],
  };
}
