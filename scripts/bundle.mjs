/**
 * Puts a built service and all that it imports into a few files: to find, read and compile 1,500 small ones is more than
 * half of its start (docs/adr/0047-services-are-bundled.md).
 *
 *   node scripts/bundle.mjs SERVICE
 *
 * Reads `services/SERVICE/dist`, after tsc (decorator metadata is of its making); writes `services/SERVICE/dist/bundle`: `main.js`, what runs
 * beside it, a chunk for each `import()`, and source maps for our own lines.
 */
import { hash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { ownLinesOnly } from './source-map.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Programs and worker threads beside `main.js`, by the names that they are started by. */
const ALSO = {
  auditor: { worker: 'backtest/worker.js', migrate: 'migrate/main.js', rebuild: 'rebuild/main.js' },
  cli: { 'diagnose-worker': 'diagnose/diagnose-worker.js' },
};

const OURS = new RegExp(
  `^${root.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}/(?:libs|services)/(?!.*/node_modules/).*\\.js$`,
);

/** Hashes of our files in the bundle, by their paths: tests see by them that it is not an old one. */
const madeOf = {};

/** rolldown reads no source maps of what it is given: without this, lines would be those of tsc's output. */
const sourceMapsOfTsc = {
  name: 'source-maps-of-tsc',
  load: {
    filter: { id: OURS },
    async handler(id) {
      const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
      madeOf[relative(root, id)] = hash('sha256', code);
      return { code, map: JSON.parse(map) };
    },
  },
};

/** The model that comes with Prunella, as a file beside the bundle: libs/model/src/builtin-bytes.ts says why. */
const modelAsFile = {
  name: 'model-as-file',
  load: {
    filter: { id: /\/libs\/model\/dist\/builtin-bytes\.js$/ },
    async handler() {
      const path = join(root, 'libs', 'model', 'builtin', 'causes.model');
      const source = await readFile(path);
      madeOf[relative(root, path)] = hash('sha256', source);
      this.emitFile({ type: 'asset', fileName: 'causes.model', source });
      return [
        "import { readFileSync } from 'node:fs';",
        "export const builtinBytes = () => readFileSync(new URL('causes.model', import.meta.url));",
      ].join('\n');
    },
  },
};

/**
 * Entries of services show the lines of our sources in stack traces: source maps are turned on before anything else is loaded. Not by Node's
 * `--enable-source-maps`: with that, `util.getCallSites` reads all maps, and pino asks it who called for each logger (docs/adr/0028-memory-that-nobody-uses.md).
 *
 * @param files paths of the entries, by their names
 */
const withSourceMaps = (files) => ({
  name: 'with-source-maps',
  resolveId: (id) => (id in files ? `${id}?with-source-maps` : undefined),
  load: {
    filter: { id: /\?with-source-maps$/ },
    handler: (id) =>
      ['process.setSourceMapsEnabled(true);', `await import(${JSON.stringify(files[id.replace(/\?.*$/, '')])});`].join(
        '\n',
      ),
  },
});

/** What is optional for a library and not installed is looked for at run time, as without a bundle. */
function onLog(level, log, defaultHandler) {
  if (log.code === 'UNRESOLVED_IMPORT' && !OURS.test(log.id ?? '')) return;
  // A busy machine is no mistake.
  if (log.code === 'PLUGIN_TIMINGS') return;
  if (level === 'warn') throw new Error(log.message);
  defaultHandler(level, log);
}

async function bundle(service) {
  const dist = join(root, 'services', service, 'dist');
  const dir = join(dist, 'bundle');
  await rm(dir, { recursive: true, force: true });
  const names = Object.entries({ main: 'main.js', ...ALSO[service] });
  const files = Object.fromEntries(names.map(([name, file]) => [name, join(dist, file)]));
  // People wait for the command line, and its errors are for them.
  const showsLines = service !== 'cli';
  const build = await rolldown({
    input: showsLines ? Object.fromEntries(names.map(([name]) => [name, name])) : files,
    platform: 'node',
    plugins: [...(showsLines ? [withSourceMaps(files)] : []), modelAsFile, sourceMapsOfTsc],
    onLog,
  });
  const { output } = await build.write({
    dir,
    format: 'esm',
    // Flat: who starts a file that is beside its own finds it whichever chunk it came into.
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    // What a library does when it is loaded (reflect-metadata) comes before what relies on that, whichever chunk holds it.
    strictExecutionOrder: true,
    keepNames: true,
    charset: 'ascii',
    // Licences.
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  await build.close();
  await writeFile(join(dir, 'made-of.json'), JSON.stringify(madeOf));
  for (const { type, fileName, code, map } of output) {
    if (type !== 'chunk') continue;
    await writeFile(join(dir, fileName), asciiOf(fileName, code));
    if (map === null) continue;
    const ours = ownLinesOnly(map, isOurs);
    if (ours.sources.length > 0) await writeFile(join(dir, `${fileName}.map`), JSON.stringify(ours));
    else await rm(join(dir, `${fileName}.map`));
  }
}

/**
 * V8 keeps the text of all that it loads: one byte a character while all of them are ASCII, two as soon as one is not.
 * `charset` leaves comments as they are, where it changes nothing to write the character in another way, and the raw text of tagged templates, where it would.
 *
 * @throws Error for the latter.
 */
function asciiOf(fileName, code) {
  const escaped = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;
  const ascii = code.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\0-\x7f]/gu, escaped));
  const left = /.{0,40}[^\0-\x7f]/u.exec(ascii);
  if (left !== null)
    throw new Error(`${fileName}: expected ASCII outside of comments, found "${left[0]}": write it as an escape`);
  return ascii;
}

/** @param {string} source as in a source map: relative to the bundle. */
function isOurs(source) {
  return !source.includes('node_modules/') && source.endsWith('.ts');
}

const [service] = process.argv.slice(2);
if (service === undefined) {
  process.stderr.write('expected: bundle.mjs SERVICE, the name of a folder in services/\n');
  process.exit(2);
}
await bundle(service);
