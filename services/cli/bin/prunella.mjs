#!/usr/bin/env -S node --max-semi-space-size=4
/**
 * `prunella` from a checkout: finds the built program, and the Node that came with it when this one is too old.
 *
 * Node's usual young generation grows to three times 16 MB: a third of what it takes to diagnose a log of any size.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED_NODE = 24;
const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'bundle', 'main.js');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The npm package `node` holds a Node of the right version. */
function ownNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return fail(`prunella needs Node ${NEEDED_NODE}, found ${process.versions.node}: run npm install in the checkout`);
  }
}

function runWith(node) {
  const child = spawn(node, [...process.execArgv, main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // From a terminal the child gets Ctrl-C by itself, and decides.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 1));
}

if (!existsSync(main)) fail('prunella is not built yet: run npm run build in the checkout');
else if (Number(process.versions.node.split('.')[0]) < NEEDED_NODE) runWith(ownNode());
else await import(pathToFileURL(main).href);
