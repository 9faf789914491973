import type { Action, ActionType, Run } from '@prunella/contracts';
import type { ActionPlugin } from './action.ts';

/** All that can be done here, by action type. */
export class Actions {
  private readonly byType: ReadonlyMap<ActionType, ActionPlugin>;

  constructor(plugins: readonly ActionPlugin[]) {
    this.byType = new Map(plugins.flatMap((plugin) => plugin.types.map((type) => [type, plugin] as const)));
  }

  /** The plugin for an action type; undefined: none. */
  get(type: ActionType): ActionPlugin | undefined {
    return this.byType.get(type);
  }

  /** Why an action can't be done for this run, in a few words; undefined: it can. */
  unsupported(action: Action, run: Run): string | undefined {
    const plugin = this.byType.get(action.type);
    return plugin === undefined ? `nothing here can do "${action.type}"` : plugin.unsupported(run, action);
  }
}
