import { bad, type Finding, ok } from '@prunella/core';

const NEEDED = 24;

/** The Node that runs us also runs the services. */
export function checkNode(version: string): Finding[] {
  const major = Number(version.split('.')[0]);
  return major >= NEEDED
    ? [ok('Node', version)]
    : [bad('Node', version, `Node ${NEEDED} is needed: run it by npm start or npx prunella, which bring their own`)];
}
