import { planted } from '../planted/planted.ts';
import type { Target } from '../target.ts';

/** Every file of this folder that has targets, by its name. A spec compares the two. */
const FILES: Readonly<Record<string, () => Promise<{ targets: readonly Target[] }>>> = {
  api: () => import('./api.ts'),
  answers: () => import('./answers.ts'),
  archives: () => import('./archives.ts'),
  commands: () => import('./commands.ts'),
  environment: () => import('./environment.ts'),
  events: () => import('./events.ts'),
  junit: () => import('./junit.ts'),
  logs: () => import('./logs.ts'),
  models: () => import('./models.ts'),
  policy: () => import('./policy.ts'),
  requests: () => import('./requests.ts'),
  rules: () => import('./rules.ts'),
  texts: () => import('./texts.ts'),
  webhooks: () => import('./webhooks.ts'),
};

export const targetFiles: readonly string[] = Object.keys(FILES);

/** @param only names, or what they begin with; empty: all. Files without any of them are not loaded. */
export async function loadTargets(only: readonly string[] = []): Promise<Target[]> {
  const isWanted = (name: string) => only.length === 0 || only.some((begin) => name.startsWith(begin));
  const files = targetFiles.filter(
    (file) => only.length === 0 || only.some((begin) => `${file}/`.startsWith(begin) || begin.startsWith(`${file}/`)),
  );
  const wrong = only.flatMap((name) => (name.startsWith('planted/') ? planted(name.slice('planted/'.length)) : []));
  const loaded = await Promise.all(files.map(async (file) => await FILES[file]?.()));
  return [...wrong, ...loaded.flatMap((file) => file?.targets ?? []).filter(({ name }) => isWanted(name))];
}
