import type { Cause } from '@prunella/contracts';
import type { Example, Failure } from './failure.ts';

/** Wordings of three causes; `{}` is filled with a number. */
const WORDINGS: Readonly<Partial<Record<Cause, readonly string[]>>> = {
  network: [
    'curl: (6) Could not resolve host: mirror{}.example.org',
    'npm ERR! network request to https://registry.example.org/left-pad-{} failed, reason: connect ETIMEDOUT',
    'fatal: unable to access repository {}: Connection timed out after 30000 ms',
  ],
  test_failure: [
    'FAIL src/app-{}.test.ts',
    'AssertionError: expected {} to equal 41',
    'Tests run: {}, Failures: 1, Errors: 0, Skipped: 0',
  ],
  compile_error: [
    'src/main-{}.c:14:5: error: use of undeclared identifier foo',
    'error TS2304: Cannot find name Foo{}.',
    'error[E0425]: cannot find value bar{} in this scope',
  ],
};
const TRANSIENT: Readonly<Partial<Record<Cause, number>>> = { network: 0.9, test_failure: 0.05, compile_error: 0 };

export function failureOf(...texts: string[]): Failure {
  return { lines: texts.map((text) => ({ text })), ranks: texts.map((_, rank) => rank), metrics: {} };
}

/** `count` failures of each of three causes, in groups of three, in the same order each time. */
export function examples(count: number, first = 0): Example[] {
  return Object.entries(WORDINGS).flatMap(([cause, wordings]) =>
    Array.from({ length: count }, (_, at) => {
      const number = String(first + at);
      const texts = [
        'Building the project',
        wordings[at % wordings.length] ?? '',
        'Process completed with exit code 1',
      ];
      return {
        failure: failureOf(...texts.map((text) => text.replace('{}', number))),
        cause: cause as Cause,
        group: `project ${Math.floor((first + at) / 3)}`,
        transient: TRANSIENT[cause as Cause] ?? 0,
      };
    }),
  );
}

export const PROVENANCE = { version: 'test', createdAt: '2026-01-01T00:00:00.000Z', data: ['made up'], metrics: {} };
