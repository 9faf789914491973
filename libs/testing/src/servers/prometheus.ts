import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError, messageOf } from '@prunella/core';
import { defaultCacheDir, fetchDebianProgram, ServerProcess, which } from '@prunella/embedded';
import { temporaryHome } from './home.ts';
import { keptPort } from './kept-port.ts';
import type { TestServer } from './server.ts';

const run = promisify(execFile);
const PROGRAM = 'prometheus';
const LOOPBACK = '127.0.0.1';

/**
 * A real Prometheus: from the PATH, the cache, or the Debian package (apt-get download, without root).
 *
 * @returns its path; undefined where none can be had: the reason is printed, and what needs it is to be skipped.
 */
export function prometheusProgram(): Promise<string | undefined> {
  return programOf(PROGRAM, { package: PROGRAM, calls: PROGRAM });
}

/** Prometheus' tool that tries rules, from the same places. */
export function promtoolProgram(): Promise<string | undefined> {
  return programOf('promtool', { package: PROGRAM, calls: 'promtool' });
}

/** @param calls what it calls itself when it is asked for its version. */
async function programOf(
  program: string,
  { package: name, calls }: { package: string; calls: string },
): Promise<string | undefined> {
  const path = process.env['PATH'] ?? '';
  const cacheDir = defaultCacheDir(process.env);
  const check = (found: string) => checkIt(found, calls);
  const steps = [
    () => which(program, path),
    async () => join(cacheDir, program),
    () => fetchDebianProgram({ program, package: name, cacheDir, check }, path),
  ];
  const tried: string[] = [];
  for (const find of steps) {
    try {
      const found = await find();
      await check(found);
      return found;
    } catch (error) {
      tried.push(messageOf(error).slice(0, 200));
    }
  }
  process.stderr.write(`no ${program} can be had, so its tests are skipped: ${tried.join('; ')}\n`);
  return undefined;
}

async function checkIt(found: string, program: string): Promise<void> {
  const { stdout, stderr } = await run(found, ['--version'], { timeout: 20_000 });
  const says = new RegExp(`${program}, version \\d`);
  if (!says.test(stdout + stderr)) throw new ConfigError(`${found} is no ${program}`);
}

/**
 * A real Alertmanager, from the same places.
 *
 * @returns its path; undefined where none can be had: the reason is printed, and what needs it is to be skipped.
 */
export function alertmanagerProgram(): Promise<string | undefined> {
  return programOf('prometheus-alertmanager', { package: 'prometheus-alertmanager', calls: 'alertmanager' });
}

/** Alertmanager's tool that checks configurations, from the same places. */
export function amtoolProgram(): Promise<string | undefined> {
  return programOf('amtool', { package: 'prometheus-alertmanager', calls: 'amtool' });
}

/** Starts it on a free loopback port with this configuration (YAML), and waits until it is ready. Paths in it are relative to `files`, written beside it. */
export async function startTestPrometheus(
  program: string,
  config: string,
  files: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  return await start(PROGRAM, program, config, files, (home, port) => [
    `--storage.tsdb.path=${join(home, 'data')}`,
    `--web.listen-address=${LOOPBACK}:${port}`,
  ]);
}

/** The same for an Alertmanager, which knows no others. */
export async function startTestAlertmanager(program: string, config: string): Promise<TestServer> {
  return await start('alertmanager', program, config, {}, (home, port) => [
    `--storage.path=${join(home, 'data')}`,
    `--web.listen-address=${LOOPBACK}:${port}`,
    '--cluster.listen-address=',
  ]);
}

async function start(
  name: string,
  program: string,
  config: string,
  files: Readonly<Record<string, string>>,
  argsOf: (home: string, port: number) => string[],
): Promise<TestServer> {
  const home = await temporaryHome();
  const port = await keptPort();
  const url = `http://${LOOPBACK}:${port}`;
  const file = join(home, `${name}.yml`);
  await writeFile(file, config);
  for (const [path, text] of Object.entries(files)) await writeFile(join(home, path), text);
  await mkdir(join(home, 'data'));
  let server = await launch();

  async function launch(): Promise<ServerProcess> {
    const args = [`--config.file=${file}`, ...argsOf(home, port)];
    const started = await ServerProcess.start({
      name,
      home,
      program,
      args,
      cwd: home,
      stopSignal: 'SIGTERM',
      graceMs: 5_000,
    });
    await started.ready(() => ready(url), 30_000, undefined);
    return started;
  }

  return {
    url,
    port,
    kill: () => server.kill(),
    async restart() {
      await server.stop();
      server = await launch();
    },
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function ready(url: string): Promise<void> {
  const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}
