import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Finding } from '../doctor/finding.ts';
import { checkNats } from '../doctor/nats.ts';
import { checkNode } from '../doctor/node.ts';
import { checkPrometheus } from '../doctor/prometheus.ts';
import { checkServices } from '../doctor/services.ts';
import { checkPlatforms, checkPolicy, checkSettings } from '../doctor/settings.ts';
import { endpointsOf, recordedEndpoints, SERVICES } from '../endpoints.ts';
import { EXIT } from '../exit.ts';

/** `prunella doctor`. */
export function doctorCommand(context: Context): Command {
  return new Command('doctor')
    .description('look whether everything is set up and reachable, and say how to mend what is not')
    .option('--json', 'print the findings as JSON')
    .action(async ({ json }: { json?: true }) => {
      const findings = await examine(context);
      if (json) context.out(JSON.stringify(findings, null, 2));
      else for (const line of report(context, findings)) context.out(line);
      if (findings.some(({ state }) => state === 'bad')) context.exitWith(EXIT.no);
    });
}

async function examine(context: Context): Promise<Finding[]> {
  const endpoints = await endpointsOf(context);
  const recorded = await recordedEndpoints(context);
  // A system without a playground lacks nothing.
  const expected = SERVICES.filter((name) => name !== 'playground' || recorded.playground !== undefined);
  const findings = await Promise.all([
    checkNode(process.versions.node),
    checkNats(endpoints.nats),
    checkServices(endpoints, expected),
    checkSettings(context),
    checkPlatforms(context),
    checkPolicy(context),
    checkPrometheus(context),
  ]);
  return findings.flat();
}

function report({ colors }: Context, findings: readonly Finding[]): string[] {
  const marks = { ok: colors.green('ok  '), note: colors.yellow('note'), bad: colors.red('BAD ') };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, found, mend }) => [
    `${marks[state]} ${name.padEnd(width)}  ${found}`,
    ...(mend === undefined ? [] : [`     ${' '.repeat(width)}  ${colors.dim(`-> ${mend}`)}`]),
  ]);
  const count = findings.filter(({ state }) => state === 'bad').length;
  return [...lines, '', count === 0 ? 'Nothing stands in the way.' : `${count} to mend.`];
}
