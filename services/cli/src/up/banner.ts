import { relative } from 'node:path';
import type { Context } from '../context.ts';
import type { Endpoints } from '../endpoints.ts';
import type { Plan } from './plan.ts';
import type { Servers } from './servers.ts';

/** What is said once, when everything is ready. */
export function banner(context: Context, plan: Plan, servers: Servers, endpoints: Endpoints): string[] {
  const { bold, dim, green, cyan, yellow } = context.colors;
  const inside = relative(context.cwd, plan.home);
  const home = inside.startsWith('..') ? plan.home : inside;
  const fact = (name: string, value: string, note = ''): string =>
    `  ${dim(name.padEnd(11))} ${value}${note === '' ? '' : `  ${dim(note)}`}`;
  const own = (embedded: boolean): string => (embedded ? `embedded, data in ${home}` : 'yours');
  return [
    '',
    `${green('●')} ${bold('Prunella is ready')}   ${cyan(endpoints.auditor ?? '')}`,
    '',
    fact('console', endpoints.auditor ?? ''),
    fact('webhooks', `${endpoints.detector ?? ''}/webhooks/github`),
    fact('NATS', withoutPassword(servers.nats.url), own(servers.nats.embedded)),
    fact('PostgreSQL', withoutPassword(servers.postgres.url), own(servers.postgres.embedded)),
    ...(plan.playground.on
      ? [
          fact('playground', endpoints.playground ?? '', yellow('simulated')),
          '',
          `  ${yellow('Simulated pipelines')} are running, because ${plan.playground.because}: they fail in`,
          '  realistic ways, and Prunella heals them. Nothing outside this machine is touched.',
        ]
      : ['', `  No simulated pipelines, because ${plan.playground.because} (--playground brings them).`]),
    '',
    `  ${dim('Ctrl-C stops everything.')}`,
    '',
  ];
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
