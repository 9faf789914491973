import { natsAddress } from '@prunella/bus';
import { ConfigError } from '@prunella/core';
import { readEnvironment } from '@prunella/service-kit';
import fc from 'fast-check';
import type { z } from 'zod';
import { AuditorEnvironment } from '../../../services/auditor/src/environment.ts';
import { runInCi } from '../../../services/cli/src/junit/run-in-ci.ts';
import { DetectorEnvironment } from '../../../services/detector/src/environment.ts';
import { DiagnoserEnvironment } from '../../../services/diagnoser/src/environment.ts';
import { RemediatorEnvironment } from '../../../services/remediator/src/environment.ts';
import { text } from '../inputs/text.ts';
import { bytesOf, type Target, textOf } from '../target.ts';

const SERVICES: readonly z.ZodType[] = [
  AuditorEnvironment,
  DetectorEnvironment,
  DiagnoserEnvironment,
  RemediatorEnvironment,
];
const shapes = [AuditorEnvironment, DetectorEnvironment, DiagnoserEnvironment, RemediatorEnvironment].flatMap(
  (schema) => Object.keys((schema as unknown as { shape?: object }).shape ?? {}),
);
const CI = [
  'GITHUB_ACTIONS',
  'GITHUB_WORKFLOW_REF',
  'GITHUB_REF_NAME',
  'GITLAB_CI',
  'CI_PROJECT_PATH',
  'JENKINS_URL',
  'BUILD_URL',
  'JOB_NAME',
  'GIT_BRANCH',
];
const names = [...new Set([...shapes, ...CI])];
const value = fc.oneof(
  text,
  fc.constantFrom(
    'nats://a:4222,tls://b',
    'nats://user:word@[::1]:4222',
    'https://ci.example/job/a/12/',
    'true',
    '4222',
    '7d',
    'postgres://a@b/c',
    'https://',
  ),
);

/** Lines `NAME=value`. */
function variablesIn(bytes: Uint8Array): NodeJS.ProcessEnv {
  const pairs = textOf(bytes)
    .split('\n')
    .map((line): [string, string] => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    });
  return Object.fromEntries(pairs);
}

export const targets: readonly Target[] = [
  {
    name: 'environment/variables',
    reads: 'variables of services, and what CI systems set for prunella tests send',
    doors: ['environment'],
    seeds: () => [
      bytesOf(
        'NATS_URL=nats://127.0.0.1:4222\nPRUNELLA_API_TOKEN=long-enough\nPORT_DETECTOR=0\nDATABASE_URL=postgres://a@b/c',
      ),
      ...CI.map((name) => bytesOf(`${name}=x`)),
    ],
    inputs: fc
      .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8 })
      .map((pairs) => bytesOf(pairs.map(([name, is]) => `${name}=${is.replaceAll('\n', ' ')}`).join('\n'))),
    read(bytes) {
      const variables = variablesIn(bytes);
      const told = [];
      for (const schema of SERVICES) told.push(unlessRefused(() => readEnvironment(schema, variables)));
      told.push(unlessRefused(() => natsAddress(variables['NATS_URL'] ?? '')));
      return { told, run: runInCi(variables) };
    },
    errors: [],
  },
];

/** One that is refused hides no other. */
function unlessRefused(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
