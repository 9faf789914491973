import type { DiagnosisMade } from '@prunella/contracts';
import { proposed } from './alternative.ts';
import { diagnosisFor } from './diagnosis.fixture.ts';
import { parsePolicy } from './parse-policy.ts';

const { alternatives } = parsePolicy(`
version: 1
alternatives:
  - match: { cause: network, branch: main }
    pipeline: mirror.yml
    inputs: { registry: mirror.acme.example }
    after: 2
  - match: { action: rollback, environment: production }
    platform: gitlab
    repository: acme/deployments
    inputs: { REVERT: web }
`);

const MIRROR = {
  type: 'alternative_path',
  parameters: {
    platform: '',
    repository: '',
    pipeline: 'mirror.yml',
    ref: '',
    inputs: { registry: 'mirror.acme.example' },
  },
};
const REVERT = {
  type: 'alternative_path',
  parameters: { platform: 'gitlab', repository: 'acme/deployments', pipeline: '', ref: '', inputs: { REVERT: 'web' } },
};
const rollback = { type: 'rollback' as const, parameters: {} };
const { run } = diagnosisFor();

it.each<[string, Partial<DiagnosisMade>, number, object | undefined]>([
  ['reruns are tried first', {}, 1, undefined],
  ['then the other way', {}, 2, MIRROR],
  ['not where it is not written for', { cause: 'rate_limit' }, 2, undefined],
  ['not in place of what is no rerun', { action: { type: 'rollback', parameters: {} } }, 2, undefined],
  [
    'at once in place of what it is written for',
    { action: rollback, run: { ...run, environment: 'production' } },
    0,
    REVERT,
  ],
  ['not of the same elsewhere', { action: rollback, run: { ...run, environment: 'staging' } }, 0, undefined],
  [
    'not of another action',
    { action: { type: 'notify_human', parameters: {} }, run: { ...run, environment: 'production' } },
    0,
    undefined,
  ],
  ['a rule that asks for it gets it at once', { action: { type: 'alternative_path', parameters: {} } }, 0, MIRROR],
  [
    'a rule that names its own keeps it',
    { action: { type: 'alternative_path', parameters: { pipeline: 'own.yml' } } },
    5,
    undefined,
  ],
])('%s', (_what, changes, attempts, action) => {
  const diagnosis = diagnosisFor(changes);
  expect(proposed(alternatives, diagnosis, attempts).action).toEqual(action ?? diagnosis.action);
});

it('changes nothing where none is written', () => {
  const diagnosis = diagnosisFor();
  expect(proposed([], diagnosis, 9)).toBe(diagnosis);
});
