import { bad, ok } from '@prunella/core';
import type { Check } from './check.ts';

/** The policy file as a service has it. */
interface PolicyInForce {
  /** Why what stands in the file is not in force; undefined: it is. */
  readonly rejected: string | undefined;
  /** Where it is looked for. */
  readonly path: string;
}

/** Whether what stands in the policy file is in force. */
export function policyCheck(policy: PolicyInForce): Check {
  return {
    name: 'policy',
    async examine() {
      const { rejected, path } = policy;
      return rejected === undefined
        ? [ok('policy', `what stands in ${path} is in force (without that file: everything real is only recommended)`)]
        : [
            bad(
              'policy',
              `what stands in ${path} is not in force: ${rejected}`,
              'mend the file; until then what was in force before stays so',
              'docs/reference/policy.md',
            ),
          ];
    },
  };
}
