/**
 * Checks the dependency directions of `.dependency-cruiser.mjs`.
 *
 *   node scripts/boundaries.mjs [ROOT] [--json]
 *
 * Exit code 1 when something points the wrong way.
 */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import configuration, { resolution } from '../.dependency-cruiser.mjs';

const args = process.argv.slice(2);
const root = resolve(args.find((arg) => !arg.startsWith('--')) ?? dirname(dirname(fileURLToPath(import.meta.url))));

/** @returns {Promise<{ modules: number, violations: { rule: string, from: string, to: string, says: string }[] }>} */
async function check() {
  process.chdir(root);
  const { output } = await cruise(['libs', 'services', 'tests'], configuration(root), resolution(root));
  const { modules, summary } = output;
  return {
    // Other people's packages are in the list as well.
    modules: modules.filter(({ source }) => /^(libs|services|tests)\//.test(source)).length,
    violations: summary.violations.map(({ rule, from, to, comment }) => ({
      rule: rule.name,
      from,
      to,
      says: comment ?? '',
    })),
  };
}

const { modules, violations } = await check();
if (args.includes('--json')) {
  process.stdout.write(`${JSON.stringify({ modules, violations })}\n`);
} else {
  for (const { rule, from, to, says } of violations) {
    process.stderr.write(`${rule}: ${from} -> ${to}${says === '' ? '' : `\n    ${says}`}\n`);
  }
  process.stdout.write(`${modules} modules, ${violations.length} wrong dependencies\n`);
}
// A run that looked at nothing proves nothing.
process.exitCode = violations.length > 0 || modules === 0 ? 1 : 0;
