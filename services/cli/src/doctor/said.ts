import { type Finding, ok } from '@prunella/core';
import type { Diagnosis } from '@prunella/doctor';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';

/** A finding, and the services that made it; none: it was made from here. */
export interface ToldFinding extends Finding {
  services?: string[];
}

/** What the services say, wherever it was asked. */
export interface Said {
  findings: ToldFinding[];
  /** Names of those that answered. */
  answered: ReadonlySet<string>;
}

/** Of the answer of the API, what is shown here. */
const Answer = z.looseObject({
  findings: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['ok', 'note', 'bad']),
      found: z.string(),
      mend: z.string().nullable(),
      docs: z.string().nullable(),
      services: z.array(z.string()),
    }),
  ),
  services: z.array(
    z.looseObject({
      name: z.string(),
      replicas: z.array(z.looseObject({ version: z.string(), startedAt: z.string() })),
    }),
  ),
});

/** Asks the auditor's API; undefined: it does not answer, or does not let us. */
export async function saidByApi(context: Context): Promise<Said | undefined> {
  const answer = await getJson(context, '/v1/doctor?fresh=true').catch(() => undefined);
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) return undefined;
  const { findings, services } = parsed.data;
  const written = findings.map(({ mend, docs, ...finding }) => ({
    ...finding,
    ...(mend !== null && { mend }),
    ...(docs !== null && { docs }),
  }));
  return said(written, services);
}

/** The same as it was said over NATS. */
export function saidOverNats({ findings, services }: Diagnosis): Said {
  return said(findings, services);
}

interface Answering {
  name: string;
  replicas: readonly { version: string; startedAt: string }[];
}

function said(findings: readonly ToldFinding[], services: readonly Answering[]): Said {
  const there = services.filter(({ replicas }) => replicas.length > 0);
  const answered = new Set(there.map(({ name }) => name));
  return {
    // Of those that did not answer it is looked for from here, which tells more.
    findings: [...there.map(runs), ...findings.filter(({ name, services: by = [] }) => !isSilence(name, by, answered))],
    answered,
  };
}

function isSilence(name: string, by: readonly string[], answered: ReadonlySet<string>): boolean {
  return name === 'service' && by.every((service) => !answered.has(service));
}

function runs({ name, replicas }: Answering): Finding {
  const versions = [...new Set(replicas.map(({ version }) => version))].join(' and ');
  const since = replicas.map(({ startedAt }) => startedAt).sort()[0] ?? '';
  const count = replicas.length === 1 ? 'it runs' : `${replicas.length} replicas run`;
  return ok(name, `${count} (version ${versions}) since ${since.slice(0, 16).replace('T', ' ')} UTC`);
}
