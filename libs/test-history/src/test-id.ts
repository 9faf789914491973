import { stableId } from '@prunella/core';
import { redact } from '@prunella/signals';
import type { TestName } from './test-result.ts';

/** Longest name of a test, class, suite or file, in UTF-16 code units. */
const LONGEST = 1_024;

/** Where a test runs: the same test of another job is another one (another system, another database). */
export interface TestScope {
  repository: string;
  pipelineId: string;
  /** Empty: not said. */
  job: string;
}

/** The scope's id. Safe in a URL and as a NATS KV key. */
export function scopeId({ repository, pipelineId, job }: TestScope): string {
  return stableId('tests', repository, pipelineId, job);
}

/** The same for the same test in each run. Addresses of objects in parametrised names and folders of machines do not count. */
export function testId({ repository, pipelineId, job }: TestScope, test: TestName): string {
  const { file, classname, name } = identity(test);
  return stableId('test', repository, pipelineId, job, file, classname, name);
}

/** The same for two results of the same test in one report. */
export function sameTest(test: TestName): string {
  const { file, classname, name } = identity(test);
  return `${file}\n${classname}\n${name}`;
}

/** A name without secrets, NULs and more length than we keep; one that is too long keeps what tells it from others. */
export function boundedName(name: string): string {
  const clean = redact(name).replaceAll('\0', '\ufffd');
  if (clean.length <= LONGEST) return clean;
  return `${clean.slice(0, LONGEST - 30).toWellFormed()}… ${stableId('long', clean)}`;
}

function identity({ file, classname, name }: TestName): TestName {
  const path = file.replaceAll('\\', '/').replace(/^\.\//, '');
  const isRelative = !/^(?:\/|[A-Za-z]:\/|\w+:\/\/)/.test(path) && !path.startsWith('../');
  return { file: isRelative ? path : '', classname: stable(classname), name: stable(name) };
}

/** `<object at 0x7f31c2a0>`, `Cart@1b6d3586` */
function stable(name: string): string {
  return name.replace(/\b0x[0-9a-fA-F]{4,16}\b/g, '0x…').replace(/(?<=\w)@[0-9a-f]{5,16}\b/g, '@…');
}
