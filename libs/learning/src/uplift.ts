import { type Interval, mantelHaenszel, newcombe, type Rate, type Stratum, wilson } from './rates.ts';

/** How incidents ended that were alike; those that may yet end otherwise are not counted as cases. */
export interface UpliftStratum extends Stratum {
  /** What makes them alike. */
  key: string;
}

/** What healing adds to what recovers by itself. */
export interface Uplift {
  /** `hold-out`: chance decided who was healed. `matched`: incidents alike that were only recommended. `none`: it can't be told. */
  method: 'hold-out' | 'matched' | 'none';
  /** Of the incidents that are compared; without interval where there are none. */
  treated: Rate & { interval?: Interval };
  control: Rate & { interval?: Interval };
  /** Rate of the treated less that of the others, at 95 %; absent: there are too few to say. */
  difference?: Interval;
  /** Strata that have both; 0 where they are not needed. */
  strata: number;
  /** One sentence that may stand alone. */
  says: string;
}

/** With fewer on one side nothing is claimed. */
export const LEAST_CASES = 10;

/** Compares those that were healed with those that were held out of it. Chance makes the two alike. */
export function heldOutUplift(treated: Rate, heldOut: Rate): Uplift {
  const compared = {
    method: 'hold-out' as const,
    treated: withInterval(treated),
    control: withInterval(heldOut),
    strata: 0,
  };
  const few = tooFew(treated, heldOut, 'held out');
  if (few !== undefined) return { ...compared, says: few };
  const difference = newcombe(treated, heldOut);
  return { ...compared, difference, says: sentence(treated, heldOut, difference, 'that were only watched') };
}

/** Compares incidents alike of which some were healed and others only recommended. Who chose which may have had a reason: it is weaker than chance. */
export function matchedUplift(strata: readonly UpliftStratum[]): Uplift {
  const both = strata.filter(({ treated, control }) => treated.cases > 0 && control.cases > 0);
  const treated = total(both.map((stratum) => stratum.treated));
  const control = total(both.map((stratum) => stratum.control));
  const compared = {
    method: 'matched' as const,
    treated: withInterval(treated),
    control: withInterval(control),
    strata: both.length,
  };
  const few = tooFew(treated, control, 'alike and not acted on');
  const difference = mantelHaenszel(both);
  if (few !== undefined || difference === undefined) return { ...compared, says: few ?? 'not enough: none are alike' };
  const says = sentence(treated, control, difference, `alike (${both.length} strata) that were only recommended`);
  return { ...compared, difference, says: `${says} Chance did not choose which: there may be other reasons` };
}

/** The better of two comparisons: chance, where anybody was held out. */
export function uplift(byChance: { treated: Rate; heldOut: Rate }, strata: readonly UpliftStratum[]): Uplift {
  if (byChance.heldOut.cases > 0) return heldOutUplift(byChance.treated, byChance.heldOut);
  const matched = matchedUplift(strata);
  if (matched.strata > 0) return matched;
  return {
    ...matched,
    method: 'none',
    says: 'not enough: nobody was held out (holdOut), and nothing alike was only recommended',
  };
}

function tooFew(treated: Rate, control: Rate, what: string): string | undefined {
  if (control.cases < LEAST_CASES) return `not enough: ${control.cases} ${what}, at least ${LEAST_CASES} are needed`;
  if (treated.cases < LEAST_CASES)
    return `not enough: ${treated.cases} healed or tried, at least ${LEAST_CASES} are needed`;
  return undefined;
}

function sentence(treated: Rate, control: Rate, difference: Interval, which: string): string {
  const verdict =
    difference.low > 0 ? 'healing helps' : difference.high < 0 ? 'healing does worse' : 'it may be chance';
  return `${percent(treated)} of ${treated.cases} were healed, ${percent(control)} of ${control.cases} ${which} recovered by themselves: ${points(difference.value)} (95 % ${points(difference.low)} to ${points(difference.high)}): ${verdict}.`;
}

function withInterval(rate: Rate): Rate & { interval?: Interval } {
  return rate.cases === 0 ? { ...rate } : { ...rate, interval: wilson(rate) };
}

function total(rates: readonly Rate[]): Rate {
  return rates.reduce<Rate>(
    (sum, { successes, cases }) => ({ successes: sum.successes + successes, cases: sum.cases + cases }),
    { successes: 0, cases: 0 },
  );
}

function percent({ successes, cases }: Rate): string {
  return `${Math.round((1_000 * successes) / cases) / 10} %`;
}

function points(share: number): string {
  const rounded = Math.round(share * 1_000) / 10;
  return `${rounded > 0 ? '+' : ''}${rounded} points`;
}
