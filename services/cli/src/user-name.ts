import { userInfo } from 'node:os';
import type { Context } from './context.ts';

/** Who sits at the command line. A user of a container need not have a name. */
export function userName({ env }: Pick<Context, 'env'>): string {
  if (env['USER']) return env['USER'];
  try {
    return userInfo().username;
  } catch {
    return 'somebody at the command line';
  }
}
