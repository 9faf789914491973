import { bad, type Finding, note, ok } from '@prunella/core';
import { holderOf } from '@prunella/embedded';
import { z } from 'zod';
import type { Endpoints, ServiceName } from '../endpoints.ts';
import { portVariable } from '../endpoints.ts';

const Ready = z.object({ status: z.string(), checks: z.record(z.string(), z.string()).default({}) });

/** Asks each service whether it is ready, and what it lacks. The auditor answers for PostgreSQL. */
export async function checkServices(
  endpoints: Required<Endpoints>,
  expected: readonly ServiceName[],
): Promise<Finding[]> {
  return await Promise.all(expected.map((name) => checkService(name, endpoints[name])));
}

async function checkService(name: ServiceName, url: string): Promise<Finding> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  if (response === undefined) return await notAnswering(name, url);
  const answer = Ready.safeParse(await response.json().catch(() => undefined));
  if (!answer.success) {
    return bad(name, `something else answers at ${url}`, `stop that program, or set ${portVariable(name)}`);
  }
  const lacks = Object.entries(answer.data.checks).filter(([, state]) => state !== 'ok');
  if (response.ok && lacks.length === 0) {
    const checked = Object.keys(answer.data.checks).join(', ');
    return ok(name, `ready at ${url}${checked === '' ? '' : ` (${checked})`}`);
  }
  const says = lacks.map(([what, state]) => `${what}: ${state}`).join('; ') || answer.data.status;
  return bad(name, `runs at ${url} but is not ready: ${says}`, 'mend what it names; it becomes ready by itself');
}

async function notAnswering(name: ServiceName, url: string): Promise<Finding> {
  const holder = await holderOf(Number(new URL(url).port));
  if (holder !== undefined) {
    return bad(
      name,
      `${url} does not answer, ${holder} holds its port`,
      `stop that program, or set ${portVariable(name)}`,
    );
  }
  return name === 'playground'
    ? note(name, 'does not run', 'only needed to see simulated pipelines: prunella up --playground')
    : bad(name, `does not answer at ${url}`, 'start Prunella (npm start), or set the address it runs at');
}
