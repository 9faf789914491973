import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { SUBJECTS } from '@prunella/contracts';
import { sources } from '../../services/detector/src/sources/index.ts';

const root = join(import.meta.dirname, '../..');

/** What turns bytes or text of others into values. A file that has one of them is a way in. */
const DECODES =
  /\bJSON\.parse\(|\bparseDocument\(|\bnew SaxesParser\(|\bcreateGunzip\(|\bgunzip\b|\bfromBufferPromise\(|\bnew TextDecoder\(|\bfromJson\(/;

/** Files that decode, and are no way in, with the reason. */
const NO_DOORS: Readonly<Record<string, string>> = {
  'libs/bus/src/kv.ts': 'values that have no mark of ours are refused before they are parsed',
  'libs/bus/src/roll-call.ts': 'what is no JSON, or not as it should be, is passed over',
  'libs/ci/src/jenkins/finished.ts': 'a mark that we wrote',
  'libs/cluster/src/api.ts': 'the message of an error; what is no JSON is shown as it is',
  'libs/embedded/src/postgres/binaries.ts': 'an installed package',
  'libs/embedded/src/postgres/cluster.ts': 'a file that we wrote',
  'libs/embedded/src/run-record.ts': 'a file that we wrote',
  'libs/embedded/src/watchdog.ts': 'a pipe to ourselves',
  'libs/rules/src/builtin.ts': 'made by the build',
  'libs/rules/src/scan/gram-filter.ts': 'bytes that the scanner cut: logs/scan',
  'libs/rules/src/scan/kept-lines.ts': 'bytes that the scanner cut: logs/scan',
  'libs/rules/src/scan/line-blocks.ts': 'bytes that the scanner cut: logs/scan',
  'libs/rules/src/scan/line-texts.ts': 'bytes that the scanner cut: logs/scan',
  'libs/rules/src/scan/plain-lines.ts': 'bytes that the scanner cut: logs/scan',
  'libs/rules/src/scan/scanner.ts': 'bytes that the scanner cut: logs/scan',
  'libs/service-kit/src/version.ts': 'an installed package',
  'libs/store/src/changes.ts': 'a text that we wrote in the same call',
  'libs/store/src/events.ts': 'a text that we wrote in the same call',
  'services/auditor/src/api/backtests.controller.ts': 'a cursor, over HTTP: api/auditor',
  'services/cli/src/endpoints.ts': 'a file that we wrote',
  'services/cli/src/incidents/follow.ts': "answers of the user's own auditor",
  'services/cli/src/logs.ts': 'what is no JSON is shown as it is',
  'services/cli/src/program.ts': 'an installed package',
  'services/cli/src/train/labelled.ts': "the user's own list, each line refused with its number",
  'services/detector/src/intake/originals.ts': 'what we packed, up to a bound',
};

/** Every way in that the code has, as targets name them. */
export function doors(): string[] {
  return [
    ...SUBJECTS.map((subject) => `event:${subject}`),
    ...sources.map(({ name }) => `webhook:${name}`),
    ...sources.filter(({ found }) => found !== undefined).map(({ name }) => `found:${name}`),
    ...folders('libs/ci/src')
      .filter((name) => name !== 'playground')
      .map((name) => `answer:${name}`),
    ...decoders()
      .filter((file) => !Object.hasOwn(NO_DOORS, file))
      .map((file) => `decoder:${file}`),
  ];
}

/** Files that are said to be no way in, and decode nothing any more. */
export function outdated(): string[] {
  const found = decoders();
  return Object.keys(NO_DOORS).filter((file) => !found.includes(file));
}

/** Files of libraries and services that decode something. The console runs in a browser, under its own tests. */
function decoders(): string[] {
  return ['libs', 'services']
    .flatMap((parent) => folders(parent).map((name) => join(parent, name, 'src')))
    .filter((folder) => !/testing|playground|console/.test(folder))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((file) => file.endsWith('.ts') && !/\.(?:spec|fixture)\.ts$|[/\\]gen[/\\]/.test(file))
    .filter((file) => DECODES.test(readFileSync(join(root, file), 'utf8')))
    .map((file) => relative('.', file).split(sep).join('/'))
    .sort();
}

function folders(parent: string): string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
