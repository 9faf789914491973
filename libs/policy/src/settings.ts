import { type Mode, modes, type Risk } from '@prunella/contracts';
import { isFrozen } from './freeze.ts';
import { type Case, matches } from './match.ts';
import type { PipelineEntry, Policy } from './policy.ts';

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
  /** Least time between two of the same action on the same target, in ms; 0: none. */
  cooldown: Setting<number>;
  /** How long an approval may take, in ms. */
  approveWithin: Setting<number>;
}

/** The only place where Prunella acts without being told to: nothing outside is behind it. */
const PLAYGROUND_MODE: Setting<Mode> = { value: 'act', from: 'built-in for the playground' };
const DEFAULT_MODE: Setting<Mode> = { value: 'recommend', from: 'built-in' };

/**
 * The policy's word on this action of this run: each field from the first entry that matches and says something about it.
 *
 * @param at in ms since the epoch.
 */
export function settingsFor(policy: Policy, about: Case, at: number): Settings {
  const entries = policy.pipelines
    .map((entry, index) => ({ entry, from: `pipelines[${index}]` }))
    .filter(({ entry }) => matches(entry.match, about));
  function first<T>(pick: (entry: PipelineEntry) => T | undefined): Setting<T> | undefined {
    for (const { entry, from } of entries) {
      const value = pick(entry);
      if (value !== undefined) return { value, from };
    }
    return undefined;
  }
  return {
    mode: bounded(first((entry) => entry.mode) ?? fallbackMode(policy, about), policy, about, at),
    threshold(risk) {
      // Irreversible actions never run by themselves; to be worth a question they must be as sure as reversible ones.
      const known = risk === 'irreversible' ? 'reversible' : risk;
      return first((entry) => entry.thresholds?.[known]) ?? { value: policy.thresholds[known], from: 'thresholds' };
    },
    attempts: first((entry) => entry.attempts) ?? { value: policy.attempts, from: 'attempts' },
    cooldown: first((entry) => entry.cooldown) ?? { value: policy.cooldown, from: 'cooldown' },
    approveWithin: first((entry) => entry.approveWithin) ?? { value: policy.approveWithin, from: 'approveWithin' },
  };
}

/** What the user wrote comes before what is built in. */
function fallbackMode(policy: Policy, { run }: Case): Setting<Mode> {
  if (policy.mode !== undefined) return { value: policy.mode, from: 'mode' };
  return run.platform === 'playground' ? PLAYGROUND_MODE : DEFAULT_MODE;
}

/** What is protected or frozen holds whatever the rest says; of several bounds the tightest one. */
function bounded(mode: Setting<Mode>, policy: Policy, about: Case, at: number): Setting<Mode> {
  const bounds: Setting<Mode>[] = [
    ...policy.protect
      .map(({ match, mode: value }, index) => ({ match, value, from: `protect[${index}]` }))
      .filter(({ match }) => matches(match, about)),
    ...policy.freezes
      .filter((freeze) => (freeze.match === undefined || matches(freeze.match, about)) && isFrozen(freeze, at))
      .map(({ name }) => ({ value: 'recommend' as const, from: `freeze ${name}` })),
  ];
  return bounds.reduce(
    (least, { value, from }) => (modes.indexOf(value) < modes.indexOf(least.value) ? { value, from } : least),
    mode,
  );
}
