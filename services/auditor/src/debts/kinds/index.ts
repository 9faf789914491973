import type { DebtKind } from '../kind.ts';
import { resourceRaise } from './resource-raise.ts';
import { retryPass } from './retry-pass.ts';

/** Every kind of debt. A new one is a file here, its name and a line in this list. */
export const debtKindNames = ['retry_pass', 'resource_raise'] as const;
export const debtKinds: readonly DebtKind<(typeof debtKindNames)[number]>[] = [retryPass, resourceRaise];
