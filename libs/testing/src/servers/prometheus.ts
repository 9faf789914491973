import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError, messageOf } from '@prunella/core';
import { anyFreePort, defaultCacheDir, fetchDebianProgram, ServerProcess, which } from '@prunella/embedded';
import { temporaryHome } from './home.ts';
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
  return programOf(PROGRAM);
}

/** Prometheus' tool that tries rules, from the same places. */
export function promtoolProgram(): Promise<string | undefined> {
  return programOf('promtool');
}

async function programOf(program: 'prometheus' | 'promtool'): Promise<string | undefined> {
  const path = process.env['PATH'] ?? '';
  const cacheDir = defaultCacheDir(process.env);
  const check = (found: string) => checkIt(found, program);
  const steps = [
    () => which(program, path),
    async () => join(cacheDir, program),
    () => fetchDebianProgram({ program, package: PROGRAM, cacheDir, check }, path),
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

/** Starts it on a free loopback port with this configuration (YAML), and waits until it is ready. */
export async function startTestPrometheus(program: string, config: string): Promise<TestServer> {
  const home = await temporaryHome();
  const port = await anyFreePort(LOOPBACK);
  const url = `http://${LOOPBACK}:${port}`;
  const file = join(home, 'prometheus.yml');
  await writeFile(file, config);
  await mkdir(join(home, 'data'));
  let server = await launch();

  async function launch(): Promise<ServerProcess> {
    const started = await ServerProcess.start({
      name: PROGRAM,
      home,
      program,
      args: [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(home, 'data')}`,
        `--web.listen-address=${LOOPBACK}:${port}`,
      ],
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
