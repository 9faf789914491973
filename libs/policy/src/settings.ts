import type { ActionType, Mode, Run } from '@prunella/contracts';
import type { Policy } from './parse-policy.ts';
import type { Match, PolicyEntry } from './schema.ts';

/** What the policy says for one run and action. */
export interface Settings {
  mode: Mode;
  /** Which entry set the mode, in a few words. */
  modeFrom: string;
  attempts: number;
  thresholds: Policy['thresholds'];
}

/** Picks, for each setting, the first entry that fits and names it. */
export function settingsFor(policy: Policy, run: Run, action: ActionType): Settings {
  const entries = policy.pipelines.filter((entry) => fits(entry.match, run, action));
  const modeEntry = entries.find((entry) => entry.mode !== undefined);
  return {
    mode: modeEntry?.mode ?? policy.mode,
    modeFrom: modeEntry === undefined ? 'the default' : `the entry for ${matchText(modeEntry)}`,
    attempts: entries.find((entry) => entry.attempts !== undefined)?.attempts ?? policy.attempts,
    thresholds: Object.assign({}, policy.thresholds, ...entries.toReversed().map((entry) => entry.thresholds)),
  };
}

function fits(match: Match, run: Run, action: ActionType): boolean {
  return (
    globFits(match.platform, run.platform) &&
    globFits(match.repository, run.repository) &&
    globFits(match.pipeline, run.pipelineId) &&
    globFits(match.branch, run.branch) &&
    globFits(match.environment, run.environment) &&
    (match.action === undefined || match.action === action)
  );
}

/** `*` stands for any characters; time linear in pattern times text at worst, never exponential. */
export function globFits(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  const parts = glob.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === glob;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? '';
  return text.length - last.length >= at && text.endsWith(last);
}

function matchText(entry: PolicyEntry): string {
  const parts = Object.entries(entry.match).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
