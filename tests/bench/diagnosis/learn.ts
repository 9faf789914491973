import { seededRandom } from '@prunella/core';
import type { ArbitrationWeights } from '@prunella/diagnosis';
import { type Model, train } from '@prunella/model';
import type { Rule } from '@prunella/rules';
import { examplesOf, examplesOfRules } from '../model/measure.ts';
import { fitArbitration } from './fit-arbitration.ts';
import { foldOf } from './split.ts';
import type { Studied } from './study.ts';

const SEED = 11;
/** The weights need a model that did not see the project. */
const INNER_FOLDS = 3;

/** All that is learnt from labelled logs. */
export interface Learnt {
  model: Model;
  weights: ArbitrationWeights;
}

/** Learns from logs and from the rules' examples, as what is shipped was learnt. */
export function learn(studied: readonly Studied[], rules: readonly Rule[]): Learnt {
  const inner = Array.from({ length: INNER_FOLDS }, (_, fold) =>
    modelOf(
      studied.filter(({ item }) => foldOf(item, INNER_FOLDS) !== fold),
      rules,
    ),
  );
  return {
    model: modelOf(studied, rules),
    weights: fitArbitration(studied, (item) => inner[foldOf(item, INNER_FOLDS)]),
  };
}

function modelOf(studied: readonly Studied[], rules: readonly Rule[]): Model {
  const provenance = { version: 'bench', createdAt: '', data: [], metrics: {} };
  return train([...examplesOf(studied), ...examplesOfRules(rules)], { ...provenance, random: seededRandom(SEED) });
}
