import { codeOf, messageOf, type ProbeResult } from '@prunella/core';

/** Our own network or name service is to blame: the target was not asked. */
const NOBODY_ASKED: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'EMFILE',
  'EACCES',
  'EPERM',
]);

/** A probe that is no answer: too late, refused, or not even begun. @param shown the target, for people. */
export function failure(error: unknown, shown: string, signal: AbortSignal): ProbeResult {
  if (signal.aborted) return { kind: 'failed', says: `${shown} did not answer in time` };
  const code = codeOf(error);
  if (code !== undefined && NOBODY_ASKED.has(code))
    return { kind: 'no-data', why: `${shown} can't be asked from here: ${code}` };
  return { kind: 'failed', says: `${shown} does not answer: ${code ?? messageOf(error)}` };
}
