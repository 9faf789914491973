import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Cause } from '@prunella/contracts';
import { ConfigError, messageOf, UnreachableError } from '@prunella/core';
import { builtinPackTexts, type DraftRequest, draftRule, suggestCause, takenIds } from '@prunella/rules';
import { getJson, tryRules } from '../api.ts';
import type { Context } from '../context.ts';
import { ClusterPage } from '../coverage.ts';
import { EXIT, NotFoundError, UsageError } from '../exit.ts';
import { ownPacks } from './own-packs.ts';
import { judge, Trial, type Verdict } from './trial.ts';

interface DraftOptions {
  cause?: Exclude<Cause, 'unknown'>;
  out?: string;
}

/** More failures than these hold no more that is new. */
const MOST_SAMPLES = 50;

/**
 * `prunella rules draft`: a rule for a cluster of unknown failures, tried on the stored green logs. Ends with 1 when those
 * do not show that the rule is safe, and with 3 when it could not be tried; the rule is written all the same.
 */
export async function draft(context: Context, id: string, options: DraftOptions): Promise<void> {
  const path = `/v1/coverage/clusters/${encodeURIComponent(id)}?limit=${MOST_SAMPLES}`;
  const cluster = ClusterPage.parse(await getJson(context, path));
  const request = await requestFor(context, cluster, options.cause);
  const first = draftRule(request);
  if (first.kind === 'impossible') throw new NotFoundError(`no rule can be drafted from ${id}: ${first.reason}`);
  const verdict = await tried(context, first.yaml);
  const final = draftRule({ ...request, comment: [...request.comment, ...verdict.comment] });
  const yaml = final.kind === 'drafted' ? final.yaml : first.yaml;
  if (options.out === undefined) context.out(yaml.trimEnd());
  else await writeNew(resolve(context.cwd, options.out), options.out, yaml);
  for (const line of verdict.says) context.err(line);
  context.exitWith(verdict.exit);
}

async function requestFor(
  context: Context,
  { id, count, firstSeen, lastSeen, repositories, incidents }: ClusterPage,
  asked: DraftOptions['cause'],
): Promise<DraftRequest> {
  const cause = asked ?? suggestCause(incidents.map(({ alternatives }) => alternatives));
  if (cause === undefined) throw new UsageError(`nothing suggests a cause for ${id}: say which one with --cause`);
  const samples = incidents
    .map((incident) => ({ incidentId: incident.id, evidence: incident.evidence.map(({ text }) => text) }))
    .filter(({ evidence }) => evidence.length > 0);
  const taken = takenIds([...builtinPackTexts(), ...(await ownPacks(context))]);
  const where = repositories.length > 0 ? ` of ${repositories.join(', ')}` : '';
  const comment = [
    `Drafted from the cluster ${id}: ${count} failures${where}, ${firstSeen.slice(0, 10)} to ${lastSeen.slice(0, 10)}.`,
    `Read it before you use it: is the cause ${cause}, are says, transient and action right, what else does the pattern match?`,
  ];
  return { samples, cause, taken, comment };
}

/** That it could not be tried does not undo the draft. */
async function tried(context: Context, yaml: string): Promise<Verdict> {
  try {
    return judge(Trial.parse(await tryRules(context, yaml)));
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return {
      exit: EXIT.unreachable,
      comment: ['Not tried on green logs.'],
      says: [`not tried on green logs, so nothing shows that it is safe: ${messageOf(error)}`],
    };
  }
}

/** Somebody may have worked on the file that is there. */
async function writeNew(file: string, asked: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    throw new ConfigError(`--out: expected the name of a new file, found ${asked}: ${messageOf(error)}`);
  }
}
