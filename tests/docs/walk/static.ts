import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { allRoutes } from '../reference/api.ts';
import { wordsOf } from './commands.ts';
import { ROOT } from './documents.ts';

const FOLDERS = 'deploy|docs|examples|libs|proto|scripts|services|tests';
const OF_EVERY_SERVICE = ['/health', '/healthz', '/readyz', '/metrics'];
const PORTS: Readonly<Record<string, string>> = {
  7100: 'auditor',
  7101: 'detector',
  7102: 'diagnoser',
  7103: 'remediator',
};

interface Manifest {
  scripts?: Record<string, string>;
}

/** What is wrong with a command without running it: our own commands, options, scripts, files and routes have to exist. */
export function problemsOf(command: string, program: Command): string[] {
  return [...ofProgram(command, program), ...ofScripts(command), ...ofFiles(command), ...ofRoutes(command)];
}

function ofProgram(command: string, program: Command): string[] {
  return [...command.matchAll(/(?:^|[|;&(]\s*|npx )prunella ([^|;&)\n]*)/gm)].flatMap(([, line = '']) => {
    const words = (
      wordsOf(line.replace(/\s[<>].*$/, '')) ?? line.split(/\s+/).map((text) => ({ text, isQuoted: false }))
    )
      .map(({ text }) => text)
      .filter((text) => text !== '');
    return unknownIn(words, program);
  });
}

function unknownIn(words: readonly string[], program: Command): string[] {
  let at = program;
  let depth = 0;
  for (const word of words) {
    const next = at.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    at = next;
    depth += 1;
  }
  if (depth === 0)
    return words[0]?.startsWith('-') || words[0] === 'complete' ? [] : [`prunella has no command ${words[0]}`];
  const known = at.options.flatMap(({ long, short }) => [long, short]);
  return words
    .slice(depth)
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.split('=')[0] ?? '')
    .filter((word) => word !== '--help' && !known.includes(word))
    .map((word) => `prunella ${words.slice(0, depth).join(' ')} has no option ${word}`);
}

function ofScripts(command: string): string[] {
  return [...command.matchAll(/\bnpm run ([\w:-]+)([^|;&\n]*)/g)].flatMap(([, script = '', rest = '']) => {
    const [, workspace] = /(?:-w|--workspace)[ =](\S+)/.exec(rest) ?? [];
    const folder = workspace === undefined ? '.' : `services/${workspace.replace('@prunella/', '')}`;
    const file = join(ROOT, folder, 'package.json');
    const { scripts = {} } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
    return Object.hasOwn(scripts, script) ? [] : [`${folder}/package.json has no script ${script}`];
  });
}

function ofFiles(command: string): string[] {
  const paths = command.matchAll(new RegExp(`(?:^|[\\s'"=@])\\.?/?((?:${FOLDERS})/[\\w./-]+)`, 'g'));
  return [...paths]
    .map(([, path = '']) => path)
    .filter((path) => !path.includes('/dist/') && !existsSync(join(ROOT, path)))
    .map((path) => `there is no ${path}`);
}

function ofRoutes(command: string): string[] {
  if (!/\bcurl\b/.test(command)) return [];
  const urls = command.matchAll(
    /(?:https?:\/\/)?(?:127\.0\.0\.1|localhost):(710[0-3])(\/[^\s'"?]*)?|\$\{?(PRUNELLA_URL|PRUNELLA_DETECTOR_URL)\}?(\/[^\s'"?]*)?/g,
  );
  return [...urls].flatMap(([, port, path = '/', variable, under = '/']) => {
    const service = port === undefined ? (variable === 'PRUNELLA_URL' ? 'auditor' : 'detector') : (PORTS[port] ?? '');
    const asked = port === undefined ? under : path;
    return isServed(service, asked) ? [] : [`${service} has no route ${asked}`];
  });
}

function isServed(service: string, path: string): boolean {
  if (OF_EVERY_SERVICE.includes(path)) return true;
  if (service === 'auditor' && ['/', '/openapi.json'].includes(path)) return true;
  return allRoutes().some((route) => {
    const pattern = `^${route.path.replaceAll(/:\w+/g, '[^/]+')}/?$`;
    return route.service === service && new RegExp(pattern).test(path);
  });
}
