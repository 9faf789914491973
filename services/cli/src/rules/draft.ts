import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Cause } from '@prunella/contracts';
import { ConfigError, messageOf, UnreachableError } from '@prunella/core';
import {
  builtinPackTexts,
  type DraftRequest,
  draftRequestOf,
  draftRule,
  MOST_DRAFT_SAMPLES,
  takenIds,
} from '@prunella/rules';
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

/**
 * `prunella rules draft`: a rule for a cluster of unknown failures, tried on the stored green logs. Ends with 1 when those
 * do not show that the rule is safe, and with 3 when it could not be tried; the rule is written all the same.
 */
export async function draft(context: Context, id: string, options: DraftOptions): Promise<void> {
  const path = `/v1/coverage/clusters/${encodeURIComponent(id)}?limit=${MOST_DRAFT_SAMPLES}`;
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

async function requestFor(context: Context, cluster: ClusterPage, cause: DraftOptions['cause']): Promise<DraftRequest> {
  const taken = takenIds([...builtinPackTexts(), ...(await ownPacks(context))]);
  const request = draftRequestOf(cluster, { cause, taken });
  if (request === undefined) {
    throw new UsageError(`nothing suggests a cause for ${cluster.id}: say which one with --cause`);
  }
  return request;
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
