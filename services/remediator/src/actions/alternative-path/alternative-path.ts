import type { CiPlatform, Trigger, TriggerTarget } from '@prunella/ci';
import type { Action, Run } from '@prunella/contracts';
import type { StartedRun } from '@prunella/core';
import { z } from 'zod';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Effect } from '../action.ts';
import { lookAtRun, PlatformGone, proofByRun, RUN_ENDS_WITHIN_MS } from '../rerun.ts';

const Parameters = z.object({
  pipeline: z.string().optional(),
  ref: z.string().default(''),
  inputs: z.record(z.string(), z.string()).default({}),
});

/**
 * `alternative_path`: starts another pipeline that does the same by another way, as `alternatives` of the policy or the rule name it. Its run is the next
 * attempt of the incident, and its conclusion the proof.
 */
export function alternativePath(platforms: readonly CiPlatform[]): ActionPlugin {
  const by = (run: Run) => platforms.find((platform) => platform.id === run.platform);
  return {
    types: ['alternative_path'],
    settleMs: 5_000,
    proveWithinMs: RUN_ENDS_WITHIN_MS,
    unsupported(run, action) {
      const platform = by(run);
      if (platform === undefined) return `nothing here is configured to start pipelines of platform "${run.platform}"`;
      if (platform.trigger === undefined) return `nothing here can start another pipeline on ${platform.id}`;
      const target = targetOf(run, action);
      if ('problem' in target) return target.problem;
      return run.kind === 'run' && run.runId !== '' ? undefined : 'the failure names no run that could be replaced';
    },
    async lastedMs(run, signal) {
      return (await by(run)?.reader.state(run, signal))?.lastedMs;
    },
    async look(order, actingSince, signal) {
      const { reader, trigger, target } = platformOf(order);
      if (actingSince !== undefined) {
        const begun = await trigger.findTriggered(target, actingSince, signal);
        if (begun !== undefined) return { kind: 'done', effect: effectOf(target, begun) };
      }
      return lookAtRun(order.run, await reader.state(order.run, signal));
    },
    async execute(order, signal) {
      const { trigger, target } = platformOf(order);
      return effectOf(target, await trigger.trigger(target, signal));
    },
    async prove(order, { started }, signal) {
      if (started !== undefined) return await proofByRun(platformOf(order), order.run, started, signal);
      return { kind: 'inconclusive', reason: `${order.run.platform} does not say which run it began` };
    },
  };

  function platformOf({ run, action }: Order): CiPlatform & { trigger: Trigger; target: TriggerTarget } {
    const platform = by(run);
    const target = targetOf(run, action);
    // Decided only where `unsupported` said nothing.
    if (platform?.trigger === undefined || 'problem' in target) throw new PlatformGone(run.platform);
    return { ...platform, trigger: platform.trigger, target };
  }
}

function targetOf(run: Run, action: Action): TriggerTarget | { problem: string } {
  const parameters = Parameters.safeParse(action.parameters);
  if (!parameters.success) {
    const [issue] = parameters.error.issues;
    return { problem: `parameters.${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { pipeline, ref, inputs } = parameters.data;
  if (pipeline === undefined)
    return { problem: 'no alternative path is written for it (`alternatives` in prunella.yaml)' };
  return { run, pipeline, ref, inputs };
}

function effectOf({ run, pipeline, ref }: TriggerTarget, started: StartedRun | undefined): Effect {
  const what = `${pipeline || 'a new pipeline'} of ${run.repository || run.pipelineId}`;
  const on = ref || run.branch;
  const as = started === undefined ? '' : ` (run ${started.runId})`;
  return { says: `started ${what}${on === '' ? '' : ` on ${on}`}${as}`, ...(started && { started }) };
}
