import type { CiPlatform, Trigger, TriggerTarget } from '@prunella/ci';
import type { Action, Run } from '@prunella/contracts';
import { isOfFork, type StartedRun } from '@prunella/core';
import { z } from 'zod';
import type { Order } from '../../order.ts';
import type { ActionPlugin, Effect } from '../action.ts';
import { lookAtRun, PlatformGone, proofByRun, RUN_ENDS_WITHIN_MS } from '../rerun.ts';

const Parameters = z.object({
  platform: z.string().default(''),
  repository: z.string().default(''),
  pipeline: z.string().optional(),
  ref: z.string().default(''),
  inputs: z.record(z.string(), z.string()).default({}),
});

/**
 * `alternative_path`: starts another pipeline that does the same by another way, as `alternatives` of the policy or the rule name it. Its run is the next
 * attempt of the incident, and its conclusion the proof.
 */
export function alternativePath(platforms: readonly CiPlatform[]): ActionPlugin {
  const by = (id: string) => platforms.find((platform) => platform.id === id);
  return {
    types: ['alternative_path'],
    settleMs: 5_000,
    proveWithinMs: RUN_ENDS_WITHIN_MS,
    unsupported(run, action) {
      const target = targetOf(run, action);
      if ('problem' in target) return target.problem;
      const platform = by(target.run.platform);
      if (platform === undefined) {
        return `nothing here is configured to start pipelines of platform "${target.run.platform}"`;
      }
      return platform.trigger === undefined ? `nothing here can start another pipeline on ${platform.id}` : undefined;
    },
    async lastedMs(run, signal) {
      return isReadable(run) ? (await by(run.platform)?.reader.state(run, signal))?.lastedMs : undefined;
    },
    async look(order, actingSince, signal) {
      const { trigger, target } = platformOf(order);
      if (actingSince !== undefined) {
        const begun = await trigger.findTriggered(target, actingSince, signal);
        if (begun !== undefined) return { kind: 'done', effect: effectOf(order.run, target, begun) };
      }
      const failed = isReadable(order.run) ? by(order.run.platform) : undefined;
      // Of what is no run of a CI platform nothing more can be seen here than that it failed.
      return failed === undefined
        ? { kind: 'ready' }
        : lookAtRun(order.run, await failed.reader.state(order.run, signal));
    },
    async execute(order, signal) {
      const { trigger, target } = platformOf(order);
      return effectOf(order.run, target, await trigger.trigger(target, signal));
    },
    async prove(order, { started }, signal) {
      const { target, ...platform } = platformOf(order);
      if (started !== undefined) return await proofByRun(platform, target.run, started, signal);
      return { kind: 'inconclusive', reason: `${platform.id} does not say which run it began` };
    },
  };

  function platformOf({ run, action }: Order): CiPlatform & { trigger: Trigger; target: TriggerTarget } {
    const target = targetOf(run, action);
    const platform = 'problem' in target ? undefined : by(target.run.platform);
    // Decided only where `unsupported` said nothing.
    if (platform?.trigger === undefined || 'problem' in target) throw new PlatformGone(run.platform);
    return { ...platform, trigger: platform.trigger, target };
  }
}

/** Whether its platform can be asked for it: a deployment or an alert is no run. */
function isReadable({ kind, runId }: Run): boolean {
  return kind === 'run' && runId !== '';
}

/** What is to be started; its run has the platform and repository of that. */
function targetOf(run: Run, action: Action): TriggerTarget | { problem: string } {
  const parameters = Parameters.safeParse(action.parameters);
  if (!parameters.success) {
    const [issue] = parameters.error.issues;
    return { problem: `parameters.${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { platform, repository, pipeline, ref, inputs } = parameters.data;
  if (pipeline === undefined)
    return { problem: 'no alternative path is written for it (`alternatives` in prunella.yaml)' };
  if (!ref && isOfFork(run)) {
    // Its owner chooses the name: by it no branch of the repository is to be started.
    return {
      problem: `it ran on ${run.branch}, a branch of a fork; write a \`ref\` into \`alternatives\` to start it on one of your own`,
    };
  }
  const at = { ...run, platform: platform || run.platform, repository: repository || run.repository };
  return { run: at, pipeline, ref, inputs };
}

function effectOf(failed: Run, { run, pipeline, ref }: TriggerTarget, started: StartedRun | undefined): Effect {
  const what = `${pipeline || 'a new pipeline'} of ${run.repository || run.pipelineId}`;
  const { platform, repository } = run;
  const elsewhere = platform === failed.platform && repository === failed.repository ? {} : { platform, repository };
  const on = ref || run.branch;
  const as = started === undefined ? '' : ` (run ${started.runId})`;
  return {
    says: `started ${what}${on === '' ? '' : ` on ${on}`}${as}`,
    ...(started && { started: { ...started, ...elsewhere } }),
  };
}
