/**
 * Which way dependencies may point. Each package says its layer itself (`nx.tags` in its package.json); what a layer may
 * import stands here and nowhere else. `scripts/boundaries.mjs` runs it; tests/lint/boundaries.spec.ts proves that it bites.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a layer may import besides its own package: layers, or single packages as `@name`. */
const MAY_IMPORT = {
  contract: [],
  core: ['contract'],
  logic: ['contract', 'core', 'logic'],
  adapter: ['contract', 'core', '@http'],
  kit: ['contract', 'core', '@bus', '@store', '@doctor'],
  service: ['contract', 'core', 'logic', 'adapter', 'kit'],
  testing: ['contract', 'core', 'logic', 'adapter', 'kit', 'testing'],
};

/** npm packages that the lowest layers may use; the others may use what they declare. */
const NPM = { contract: ['@bufbuild/protobuf'], core: ['zod'] };

/** Folders whose subfolders are plugins: they know their interface, not each other. */
const PLUGIN_FOLDERS = '^(services/[^/]+/src/(?:sources|actions)|libs/ci/src|libs/notify/src)/([^/]+)/';

/** Specs, and what only they import, may use everything. */
const TEST_CODE = '(\\.spec\\.ts$|^tests/|^libs/testing/|^(?:libs|services)/[^/]+/test/)';

/** @returns {{ name: string, folder: string, layer: string | undefined }[]} */
function packages(root) {
  return ['libs', 'services'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .filter((name) => existsSync(join(root, parent, name, 'package.json')))
      .map((name) => {
        const { nx } = JSON.parse(readFileSync(join(root, parent, name, 'package.json'), 'utf8'));
        const tag = nx?.tags?.find((candidate) => candidate.startsWith('layer:'));
        return { name, folder: `${parent}/${name}`, layer: tag?.slice('layer:'.length) };
      }),
  );
}

function anyOf(folders) {
  return folders.length === 0 ? '^$' : `^(?:${folders.join('|')})/`;
}

/** The rules for the workspace in `root`. */
export function rules(root) {
  const all = packages(root);
  const foldersOf = (wish) =>
    all
      .filter(({ name, layer }) => (wish.startsWith('@') ? name === wish.slice(1) : layer === wish))
      .map(({ folder }) => folder);
  const untagged = all.filter(({ layer }) => !Object.hasOwn(MAY_IMPORT, layer ?? '')).map(({ folder }) => folder);

  const layers = Object.entries(MAY_IMPORT)
    .filter(([layer]) => foldersOf(layer).length > 0)
    .map(([layer, allowed]) => ({
      name: `layer-${layer}`,
      comment: `layer:${layer} may import ${allowed.join(', ') || 'nothing of ours'}, and its own package`,
      severity: 'error',
      from: {
        path: `^((?:libs|services)/[^/]+)/`.replace('(?:libs|services)/[^/]+', foldersOf(layer).join('|')),
        pathNot: TEST_CODE,
      },
      to: {
        path: '^libs/',
        pathNot: ['^$1/', anyOf(allowed.flatMap(foldersOf)), anyOf(foldersOf('testing'))],
      },
    }));
  const npm = Object.entries(NPM).map(([layer, allowed]) => ({
    name: `npm-${layer}`,
    comment: `layer:${layer} uses no npm package but ${allowed.join(', ')}`,
    severity: 'error',
    from: { path: anyOf(foldersOf(layer)), pathNot: TEST_CODE },
    to: {
      path: 'node_modules',
      pathNot: allowed.map((name) => `node_modules/${name}/`),
      dependencyTypesNot: ['core', 'local'],
    },
  }));

  return [
    ...layers,
    ...npm,
    {
      name: 'layer-tag',
      comment: `every package has one of the tags ${Object.keys(MAY_IMPORT)
        .map((layer) => `layer:${layer}`)
        .join(', ')}`,
      severity: 'error',
      from: { path: anyOf(untagged) },
      to: {},
    },
    {
      name: 'services-are-apart',
      comment: 'services meet on the bus, by the contracts in proto/, and never import each other',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'libs-know-no-service',
      comment: 'libs are below the services',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^services/' },
    },
    {
      name: 'testing-only-in-tests',
      comment: 'only *.spec.ts, test/ and tests/ folders and libs/testing itself use libs/testing',
      severity: 'error',
      from: { path: '^(?:libs|services)/', pathNot: TEST_CODE },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'plugins-are-apart',
      comment: 'a plugin folder does not import its siblings',
      severity: 'error',
      from: { path: PLUGIN_FOLDERS },
      to: { path: '^$1/[^/]+/', pathNot: '^$1/$2/' },
    },
    {
      name: 'logic-is-pure',
      comment: 'logic libs do no input or output: no node builtins, no Nest',
      severity: 'error',
      // What is beside `src` runs at build time.
      from: { path: `${anyOf(foldersOf('logic'))}src/`, pathNot: TEST_CODE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'logic-knows-no-nest',
      comment: 'logic libs run in the services, the CLI and the backtest alike',
      severity: 'error',
      from: { path: anyOf(foldersOf('logic')), pathNot: TEST_CODE },
      to: { path: 'node_modules/(?:@nestjs|rxjs|reflect-metadata)/' },
    },
    {
      name: 'front-door-only',
      comment: 'a package is used by its name, not by its files',
      severity: 'error',
      // Fuzzing reads by the very functions that decode, some of which are nobody else's business.
      from: { path: '^((?:libs|services|tests)/[^/]+)/', pathNot: '^tests/fuzz/targets/' },
      to: { path: '^libs/[^/]+/(?!src/index\\.ts$)', pathNot: '^$1/' },
    },
    {
      name: 'no-cycles',
      comment: 'nothing imports itself by a detour',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'an import leads somewhere (and not past the front door of a package)',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ];
}

/** The options of dependency-cruiser for the workspace in `root`. */
export default function configuration(root) {
  return {
    ruleSet: { forbidden: rules(root) },
    validate: true,
    baseDir: root,
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|^services/console/)' },
    moduleSystems: ['es6', 'cjs'],
  };
}

/** How `@prunella/<name>` is found: its sources, so that nothing need be built. */
export function resolution(root) {
  return {
    alias: Object.fromEntries(
      packages(root)
        .filter(({ folder }) => folder.startsWith('libs/'))
        .map(({ name }) => [`@prunella/${name}$`, join(root, 'libs', name, 'src', 'index.ts')]),
    ),
    extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    conditionNames: ['import', 'node', 'default', 'require', 'types'],
    exportsFields: ['exports'],
  };
}
