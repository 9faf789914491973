import { worstFirst } from '@prunella/core';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { lookAtNats } from '../doctor/nats.ts';
import { checkNode } from '../doctor/node.ts';
import { checkPrometheus } from '../doctor/prometheus.ts';
import { type Said, saidByApi, saidOverNats, type ToldFinding } from '../doctor/said.ts';
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

/** What the services say of themselves, and what is seen from here; where none runs, what they would find in this environment. */
async function examine(context: Context): Promise<ToldFinding[]> {
  const endpoints = await endpointsOf(context);
  const recorded = await recordedEndpoints(context);
  const nats = await lookAtNats(endpoints.nats, {
    caFile: context.env['NATS_CA_FILE'],
    password: context.env['NATS_PASSWORD'],
  });
  const said = await saidBySome(context, nats.said && saidOverNats(nats.said));
  // A system without a playground lacks nothing.
  const missing = SERVICES.filter(
    (name) => !said.answered.has(name) && (name !== 'playground' || recorded.playground !== undefined),
  );
  const own = [...checkNode(process.versions.node), ...nats.findings, ...(await checkServices(endpoints, missing))];
  if (said.answered.size > 0) return [...own, ...worstFirst(said.findings)];
  return [...own, ...(await beforeStart(context))];
}

async function saidBySome(context: Context, overNats: Said | undefined): Promise<Said> {
  if (overNats !== undefined && overNats.answered.size > 0) return overNats;
  return (await saidByApi(context)) ?? { findings: [], answered: new Set() };
}

/** What the services would read from this environment. */
async function beforeStart(context: Context): Promise<ToldFinding[]> {
  const findings = await Promise.all([
    checkSettings(context),
    checkPlatforms(context),
    checkPolicy(context),
    checkPrometheus(context),
  ]);
  return findings.flat();
}

function report({ colors }: Context, findings: readonly ToldFinding[]): string[] {
  const marks = { ok: colors.green('ok  '), note: colors.yellow('note'), bad: colors.red('BAD ') };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, found, mend, docs, services = [] }) => [
    `${marks[state]} ${name.padEnd(width)}  ${found}${services.length === 0 ? '' : colors.dim(` (${services.join(', ')})`)}`,
    ...(mend === undefined
      ? []
      : [`     ${' '.repeat(width)}  ${colors.dim(`-> ${mend}${docs === undefined ? '' : ` (${docs})`}`)}`]),
  ]);
  const count = findings.filter(({ state }) => state === 'bad').length;
  return [...lines, '', count === 0 ? 'Nothing stands in the way.' : `${count} to mend.`];
}
