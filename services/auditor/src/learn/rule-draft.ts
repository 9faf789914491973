import { builtinPackTexts, type DraftRequest, draftRequestOf, draftRule, takenIds } from '@prunella/rules';
import type { CoverageClusterPage, RuleDraft } from '../api/answers/coverage.ts';

let builtinIds: ReadonlySet<string> | undefined;

/**
 * A rule for a cluster of unknown failures, as `prunella rules draft` writes it: only the names of the user's own rules are not known here, and no green
 * logs are there to try it on.
 */
export function ruleDraftOf(cluster: CoverageClusterPage, asked: DraftRequest['cause'] | undefined): RuleDraft {
  builtinIds ??= takenIds(builtinPackTexts());
  const request = draftRequestOf(cluster, { cause: asked, taken: builtinIds });
  const about = { cluster: cluster.id, cause: request?.cause ?? null, suggested: asked === undefined };
  const none = { ...about, samples: request?.samples.length ?? 0, ruleId: null, pattern: null, yaml: null };
  if (request === undefined) return { ...none, reason: 'nothing suggests a cause: choose one' };
  const comment = [...request.comment, 'Not tried on green logs.'];
  const draft = draftRule({ ...request, comment });
  if (draft.kind === 'impossible') return { ...none, reason: draft.reason };
  const { ruleId, pattern, yaml } = draft;
  return { ...none, ruleId, pattern, yaml, reason: null };
}
