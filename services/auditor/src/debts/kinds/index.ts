import type { DebtKind } from '../kind.ts';
import { resourceRaise } from './resource-raise.ts';
import { retryPass } from './retry-pass.ts';
import { skippedTest } from './skipped-test.ts';
import { timeoutRaise } from './timeout-raise.ts';

/** Every kind of debt. A new one is a file here, its name and a line in this list. */
export const debtKindNames = ['retry_pass', 'resource_raise', 'timeout_raise', 'skipped_test'] as const;
export const debtKinds: readonly DebtKind<(typeof debtKindNames)[number]>[] = [
  retryPass,
  resourceRaise,
  timeoutRaise,
  skippedTest,
];
