import type { ActionType, Mode, Risk, Run } from '@prunella/contracts';
import { globMatches } from './glob.ts';
import type { Match, PipelineEntry, Policy } from './policy.ts';

/** A value of the policy and the place that says it. */
export interface Setting<T> {
  value: T;
  /** `pipelines[0]`, `prunella.yaml` (the top of it) or `built-in`. */
  from: string;
}

/** What the policy says about one action on one run. */
export interface Settings {
  mode: Setting<Mode>;
  /** Least confidence for an action of this risk. */
  threshold(risk: Risk): Setting<number>;
  /** Healing attempts for an incident. */
  attempts: Setting<number>;
}

/** The only place where Prunella acts without being told to: nothing outside is behind it. */
const PLAYGROUND_MODE: Setting<Mode> = { value: 'act', from: 'built-in for the playground' };
const DEFAULT_MODE: Setting<Mode> = { value: 'recommend', from: 'built-in' };

/** The policy's word on this action of this run: each field from the first entry that matches and says something about it. */
export function settingsFor(policy: Policy, run: Run, action: ActionType): Settings {
  const entries = policy.pipelines
    .map((entry, index) => ({ entry, from: `pipelines[${index}]` }))
    .filter(({ entry }) => matches(entry.match, run, action));
  function first<T>(pick: (entry: PipelineEntry) => T | undefined): Setting<T> | undefined {
    for (const { entry, from } of entries) {
      const value = pick(entry);
      if (value !== undefined) return { value, from };
    }
    return undefined;
  }
  return {
    mode: first((entry) => entry.mode) ?? fallbackMode(policy, run),
    threshold(risk) {
      // Irreversible actions never run by themselves; to be worth a question they must be as sure as reversible ones.
      const known = risk === 'irreversible' ? 'reversible' : risk;
      return first((entry) => entry.thresholds?.[known]) ?? { value: policy.thresholds[known], from: 'thresholds' };
    },
    attempts: first((entry) => entry.attempts) ?? { value: policy.attempts, from: 'attempts' },
  };
}

/** What the user wrote comes before what is built in. */
function fallbackMode(policy: Policy, run: Run): Setting<Mode> {
  if (policy.mode !== undefined) return { value: policy.mode, from: 'mode' };
  return run.platform === 'playground' ? PLAYGROUND_MODE : DEFAULT_MODE;
}

function matches(match: Match, run: Run, action: ActionType): boolean {
  const facts: { [K in keyof Required<Match>]: string } = {
    platform: run.platform,
    repository: run.repository,
    pipeline: run.pipelineId,
    branch: run.branch,
    environment: run.environment,
    action,
  };
  return Object.entries(match).every(([field, globs]) =>
    [globs].flat().some((glob) => globMatches(glob, facts[field as keyof Match])),
  );
}
