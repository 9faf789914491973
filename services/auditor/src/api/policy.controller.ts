import { Controller, Get, HttpCode, Post, Body as RequestBody } from '@nestjs/common';
import { iso, systemClock } from '@prunella/core';
import {
  type Policy,
  PolicyError,
  type PolicyProblem,
  parsePolicy,
  policyInWords,
  policyLines,
} from '@prunella/policy';
import { Needs, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { AuditorPolicy } from '../auditor-policy.ts';
import { withoutSecrets } from '../policy/without-secrets.ts';
import type { PolicyCheck, PolicyInForce } from './answers/policy.ts';
import { Answers, Body } from './openapi.ts';

/** The most that a policy may be, ten times as long as any we saw: that no key is there twice is found by comparing each with each. */
export const PolicyText = z.string().min(1).max(65_536);
const ToCheck = z.strictObject({ policy: PolicyText.describe('A whole prunella.yaml.') });

/** The policy as the auditor reads it, for people. */
@Controller('v1/policy')
export class PolicyController {
  constructor(private readonly policy: AuditorPolicy) {}

  @Get()
  @Answers('PolicyInForce', 'The policy in force, as it is written and in sentences, and what is wrong with its file.')
  inForce(): PolicyInForce {
    const { current, origin } = this.policy;
    const { file, since, rejected } = origin;
    const source = origin.source === undefined ? null : withoutSecrets(origin.source);
    return {
      ...{ file, source, redacted: source !== null && source !== origin.source, since: iso(since) },
      rejected: rejected
        ? {
            since: iso(rejected.since),
            source: rejected.source === undefined ? null : withoutSecrets(rejected.source),
            problems: rejected.problems.map(problemOf),
          }
        : null,
      sections: sectionsOf(current, origin.source ?? ''),
    };
  }

  /** Changes nothing: whoever may read may ask. */
  @Post('check')
  @HttpCode(200)
  @Needs('read')
  @Body(ToCheck)
  @Answers('PolicyCheck', 'What is wrong with a text, or what it says.', [400])
  check(@RequestBody() body: unknown): PolicyCheck {
    const { policy: text } = parseInput(ToCheck, body ?? {});
    try {
      return { problems: [], sections: sectionsOf(parsePolicy(text), text) };
    } catch (error) {
      if (error instanceof PolicyError) return { problems: error.problems.map(problemOf), sections: [] };
      throw error;
    }
  }
}

function sectionsOf(policy: Policy, source: string): PolicyCheck['sections'] {
  const lineOf = policyLines(source);
  return policyInWords(policy, systemClock.now()).map(({ id, title, sentences }) => ({
    ...{ id, title },
    sentences: sentences.map(({ says, at, holdsNow = false }) => ({ says, line: lineOf(at) ?? null, holdsNow })),
  }));
}

function problemOf({ line, path, says, nearest }: PolicyProblem): PolicyCheck['problems'][number] {
  return { line, path, says, nearest: nearest ?? null };
}
