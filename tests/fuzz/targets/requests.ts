import { ContractViolation } from '@prunella/contracts';
import { diagnose } from '@prunella/diagnosis';
import { builtinPacks, compileRules } from '@prunella/rules';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import { readRequest } from '../../../services/diagnoser/src/intake/diagnose.request.ts';
import { headersNear, httpBytes, httpInput } from '../inputs/http.ts';
import { jsonText, nested } from '../inputs/json.ts';
import { logBytes } from '../inputs/logs.ts';
import type { Target } from '../target.ts';

const rules = compileRules(builtinPacks());
const JSON_BODY = { 'content-type': 'application/json' };
const TEXT = { 'content-type': 'text/plain' };
const samples = [
  { log: 'Error: connect ETIMEDOUT\n', metrics: { error_rate: 0.2 }, conclusion: 'failure' },
  { error: { message: 'no space left on device', type: 'ENOSPC', exitCode: 1 }, conclusion: 'failure' },
  { jobs: [{ id: '1', name: 'build', conclusion: 'failure', failedStep: 'test', log: '##[error]boom\n' }] },
];
const MOST = 25 * 1024 ** 2;

export const targets: readonly Target[] = [
  {
    name: 'requests/diagnose',
    reads: 'POST /v1/diagnose: a log, or what is known of a failure, up to the diagnosis',
    doors: ['route:diagnoser POST /v1/diagnose', 'decoder:services/diagnoser/src/intake/diagnose.request.ts'],
    seeds: () => samples.map((sample) => httpBytes(JSON_BODY, JSON.stringify(sample))),
    inputs: fc.oneof(
      fc.tuple(headersNear([JSON_BODY]), jsonText(samples)).map(([headers, body]) => httpBytes(headers, body)),
      fc.tuple(headersNear([TEXT]), logBytes).map(([headers, body]) => httpBytes(headers, body)),
    ),
    bombs: {
      'a log of one line': () => httpBytes(TEXT, 'x'.repeat(MOST)),
      'a log of empty lines': () => httpBytes(TEXT, '\n'.repeat(MOST)),
      'a log of errors': () => httpBytes(TEXT, 'Error: connect ETIMEDOUT 10.0.0.7:443\n'.repeat(MOST / 40)),
      'many jobs': () =>
        httpBytes(JSON_BODY, `{"jobs":[${'{"name":"a","conclusion":"failure","log":"boom"},'.repeat(20_000)}{}]}`),
      'deep jobs': () => httpBytes(JSON_BODY, `{"jobs":${nested('[', ']', 1_000_000)}}`),
      'deep metrics': () => httpBytes(JSON_BODY, `{"log":"x","metrics":${nested('{"a":', '}', 20_000)}}`),
    },
    read(bytes) {
      const { headers, body } = httpInput(bytes);
      return diagnose(readRequest(headers['content-type'], body), { rules, learnt: () => undefined });
    },
    errors: [ProblemException, ContractViolation],
  },
];
