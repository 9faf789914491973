// The process that reads the inputs. It can be ended from outside, whatever it is doing.
import { loadTargets } from '../targets/index.ts';
import { Coverage } from './coverage.ts';
import { keptFor } from './kept.ts';
import { Mark } from './mark.ts';
import type { Plan, Told } from './plan.ts';
import { tryTarget } from './try-target.ts';

process.once('message', (plan: Plan) => void run(plan));

async function run(plan: Plan): Promise<void> {
  const mark = new Mark(plan.markFile, 'writes');
  // First: of functions that ran before, V8 tells only that they run.
  const coverage = plan.guided ? new Coverage() : undefined;
  const targets = new Map((await loadTargets(plan.names)).map((target) => [target.name, target]));
  for (const name of plan.names) {
    const target = targets.get(name);
    if (target === undefined) continue;
    await tell({ kind: 'begun', target: name });
    const result = await tryTarget(target, plan, {
      begin: (bytes) => mark.begin(bytes),
      end: () => mark.end(),
      found: (fault, bytes) =>
        tell({ kind: 'fault', found: { target: name, fault, base64: Buffer.from(bytes).toString('base64') } }),
      coverage,
      kept: keptFor(name),
    });
    await tell({ kind: 'done', target: name, result });
  }
  // What a target left open must not keep it going.
  process.exit(0);
}

/** Resolves when it is on its way: the process may end the next moment. */
function tell(told: Told): Promise<void> {
  return new Promise((resolve) => process.send?.(told, () => resolve()));
}
