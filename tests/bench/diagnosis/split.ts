import { createHash } from 'node:crypto';
import type { Item } from './datasets.ts';

/** Sets whose logs were not read while rules were written. */
const UNREAD_SETS: ReadonlySet<string> = new Set(['treeherder']);
/** A checklist of messages, not jobs of projects; all of it was read. */
const READ_SETS: ReadonlySet<string> = new Set(['pytorch-fixtures']);

/**
 * Says whether nobody looked at an item's log while rules were written: a third of the projects, chosen by their
 * names' SHA-1, and whole sets. Figures on the others say how well rules fit what they were written from.
 */
export function isUnread({ set, project }: Pick<Item, 'set' | 'project'>): boolean {
  return UNREAD_SETS.has(set) || (!READ_SETS.has(set) && hashOf(project) % 3 === 0);
}

/** The fold of a project, 0 to `folds` - 1; all logs of a project are in one. */
export function foldOf({ project }: Pick<Item, 'project'>, folds: number): number {
  return hashOf(`fold ${project}`) % folds;
}

function hashOf(text: string): number {
  return createHash('sha1').update(text).digest()[0] ?? 0;
}
