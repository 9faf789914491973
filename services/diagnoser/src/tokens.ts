import type { CiReader } from '@prunella/core';

/** Injection token of what diagnoses stand on: the rules, and what was learnt about them (`DiagnosisDeps`). */
export const KNOWLEDGE = Symbol('knowledge');
/** Injection token of the readers of the CI platforms that are configured. */
export const READERS = Symbol('readers');
/** By platform. */
export type Readers = ReadonlyMap<string, CiReader>;
