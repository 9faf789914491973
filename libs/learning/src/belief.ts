import { betaCdf, betaQuantile, bisect } from './beta.ts';

/** Outcomes, each with its weight (`weightAt`). */
export interface Tally {
  /** Those that healed. */
  helped: number;
  /** All that proved something: healed, ineffective, harmful. */
  tried: number;
}

/** How outcomes are weighed. */
export interface BeliefSettings {
  /** How many outcomes of its own outweigh what a rule says and what is known of others like it. */
  priorWeight: number;
  /** How probably the true rate is above the bound, 0.5 to below 1. */
  credibility: number;
}

/** What there is to believe about a rule and its action from. */
export interface Grounds {
  /** The rule's own confidence, 0..1. */
  word: number;
  /** Outcomes of the action on the word of this rule. */
  own: Tally;
  /** Of the same action for the same cause on the word of others. */
  sameCause: Tally;
  /** Of the same action for other causes on the word of others. */
  otherCauses: Tally;
}

/** How probably an action heals on the word of a rule; all 0..1. */
export interface Belief {
  /** Before its own outcomes count. */
  prior: number;
  /** What is expected. */
  mean: number;
  /** What acting may count on; never above `mean`. */
  lower: number;
}

/** A word of 0 or 1 would be one that no evidence could move. */
const EXTREME = 1e-4;

/**
 * The Beta-binomial posterior whose prior is pooled over levels (Gelman et al., "Bayesian Data Analysis", 3rd ed., sections 2.4 and 5.3; for pooled
 * weighted proportions Kleinman, JASA 68, 1973, 46-54): what is known of the same action for other causes counts towards the cause, what is known of the
 * cause counts towards the rule beside its own word, and each level's knowledge is capped at `priorWeight` outcomes, so that what is nearer outweighs it
 * in the end. With K = priorWeight and cap(t) = t scaled down to at most K outcomes:
 *
 *     pool  = cap(sameCause + cap(otherCauses))
 *     prior = (K * word + pool.helped) / (K + pool.tried)
 *     mean  = (K * prior + own.helped) / (K + own.tried)
 *
 * The bound is the (1 - credibility) quantile of the posterior whose prior is elicited by that quantile (O'Hagan et al., "Uncertain Judgements",
 * 2006): `prior` is taken for a rate that is exceeded with that credibility, which is what a rule that may act says of itself. So a rule acts by its own
 * word until outcomes speak against it, and no success ever lowers the bound; with a prior of the same mean each first success would.
 */
export function believe({ word, own, sameCause, otherCauses }: Grounds, settings: BeliefSettings): Belief {
  const { priorWeight } = settings;
  const pool = capped(sum(sameCause, capped(otherCauses, priorWeight)), priorWeight);
  const prior = Math.min(1 - EXTREME, Math.max(EXTREME, share(word, priorWeight, pool)));
  const mean = share(prior, priorWeight, own);
  return { prior, mean, lower: own.tried <= 0 ? mean : Math.min(mean, boundOf(prior, own, settings)) };
}

function boundOf(prior: number, { helped, tried }: Tally, { priorWeight, credibility }: BeliefSettings): number {
  const below = 1 - credibility;
  const least = priorWeight * EXTREME * EXTREME;
  // The more of the prior's weight is on its side, the less of it lies below what it says.
  const a = bisect((x) => betaCdf(prior, x, priorWeight - x) > below, least, priorWeight - least);
  return betaQuantile(below, a + helped, priorWeight - a + Math.max(0, tried - helped));
}

function share(prior: number, weight: number, { helped, tried }: Tally): number {
  return Math.min(1, Math.max(0, (prior * weight + helped) / (weight + tried)));
}

function capped({ helped, tried }: Tally, most: number): Tally {
  const scale = tried > most ? most / tried : 1;
  return { helped: helped * scale, tried: tried * scale };
}

function sum(a: Tally, b: Tally): Tally {
  return { helped: a.helped + b.helped, tried: a.tried + b.tried };
}
