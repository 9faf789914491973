import { believe, dayWeights, groundsOf, type Pair, type Tally } from '@prunella/learning';
import type { Policy } from '@prunella/policy';
import { findConfidence, type Transaction, type WeighedOutcomes, weighedOutcomes } from '@prunella/store';
import type { ConfidenceEvidence } from '../api/answers/learning.ts';
import { thresholdFor } from './standings.ts';

const DAY_MS = 86_400_000;

/** What the belief about one rule and action stands on now; undefined: nothing was learnt of them. @param now in ms. */
export async function evidenceFor(
  manager: Transaction,
  key: Pair,
  now: number,
  policy: Policy,
): Promise<ConfidenceEvidence | undefined> {
  const row = await findConfidence(manager, key);
  if (row === null) return undefined;
  const { learning } = policy;
  const outcomes = await weighedOutcomes(manager, [key.action], dayWeights(now, learning.halfLife));
  const grounds = groundsOf(key, row.prior, outcomes);
  const own = outcomes.filter(({ decidedBy }) => decidedBy === key.decidedBy);
  const causes = new Set(own.map(({ cause }) => cause));
  const rules = (which: (cause: WeighedOutcomes['cause']) => boolean) =>
    new Set(outcomes.filter(({ decidedBy, cause }) => decidedBy !== key.decidedBy && which(cause)).map(nameOf)).size;
  const sum = (name: 'healed' | 'ineffective' | 'harmful') => own.reduce((total, each) => total + each[name], 0);
  const { halfLife, priorWeight, credibility, demoteAfter, promoteAfter, margin } = learning;
  return {
    ...{ decidedBy: key.decidedBy, action: key.action, word: row.prior, ...believe(grounds, learning) },
    threshold: thresholdFor(key.action, policy),
    own: {
      ...weighed(grounds.own),
      ...{ healed: sum('healed'), ineffective: sum('ineffective'), harmful: sum('harmful') },
      causes: own
        .map(({ cause, healed, ineffective, harmful, ...tally }) => ({
          ...{ cause, healed, ineffective, harmful },
          ...weighed(tally),
        }))
        .sort((a, b) => b.tried - a.tried || (a.cause < b.cause ? -1 : 1)),
    },
    sameCause: { ...weighed(grounds.sameCause), rules: rules((cause) => causes.has(cause)) },
    otherCauses: { ...weighed(grounds.otherCauses), rules: rules((cause) => !causes.has(cause)) },
    settings: { halfLifeDays: halfLife / DAY_MS, priorWeight, credibility, demoteAfter, promoteAfter, margin },
  };
}

function nameOf({ decidedBy }: WeighedOutcomes): string {
  return decidedBy;
}

/** What was taken back leaves weights that are not quite nothing. */
function weighed({ helped, tried }: Tally): Tally {
  return { helped: Math.max(0, helped), tried: Math.max(0, tried) };
}
