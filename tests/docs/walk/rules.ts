/** Commands that are not run in any document, and what does it in their place. */
const NEVER: readonly (readonly [RegExp, string])[] = [
  [/^(?:PRUNELLA_\w+=\S+ )*npm start\b/, 'tests/system/start.spec.ts starts it'],
  [/\| source$/, 'it needs fish'],
  [/^(?:npx )?prunella up\b/, 'tests/system/start.spec.ts starts it'],
  [/^npm (?:install|ci)\b/, 'what runs this was installed by it'],
  [/^npm (?:test|run (?:build|lint|jest|format|reference))\b/, 'CI runs it'],
  [/^npm run (?:bench|train|dev|store)\b/, 'it takes minutes, or data that is not here'],
];

/** Where an answer other than 0 is right, for commands that say how things are here. */
const EXITS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^(?:npx )?prunella doctor\b/, [0, 1]],
  [/^(?:npx )?prunella train\b/, [0, 1]],
  // One server can't keep three copies, and the command says so.
  [/^(?:npx )?prunella nats provision --replicas\b/, [1]],
  // Without stored green logs nothing shows that a rule is safe.
  [/^(?:npx )?prunella rules draft\b/, [0, 1]],
];

/** Programs that are not run, or only where they are: a document says so itself. */
const FOREIGN = [
  'docker',
  'kubectl',
  'helm',
  'kind',
  'kustomize',
  'nats',
  'git',
  'gh',
  'apt-get',
  'sudo',
  'systemctl',
  'fish',
  'zsh',
  'k3d',
];

/** Programs of the usual Linux that may be missing. */
const OPTIONAL = ['jq', 'curl', 'openssl', 'pg_dump', 'pg_restore', 'createdb', 'psql', 'promtool', 'python3'];

/** Why a command is never run; undefined: it may be. */
export function neverRun(command: string): string | undefined {
  return NEVER.find(([pattern]) => pattern.test(command.trim()))?.[1];
}

export function usualExits(command: string): readonly number[] | undefined {
  return EXITS.find(([pattern]) => pattern.test(command.trim()))?.[1];
}

/** The program of another maker that a command calls and that is not run here; undefined: none. */
export function foreignProgram(command: string): string | undefined {
  return programsIn(command).find((program) => FOREIGN.includes(program));
}

/** The programs of a command that may be missing. */
export function optionalPrograms(command: string): string[] {
  return programsIn(command).filter((program) => OPTIONAL.includes(program));
}

/** The first words of each part of a command line. */
function programsIn(command: string): string[] {
  return [...command.matchAll(/(?:^|[|;&(]\s*|\$\()\s*(?:[A-Z_]+=\S*\s+)*([\w./-]+)/gm)].map(
    ([, program = '']) => program,
  );
}

/** What stands for something of the reader's own; undefined: nothing. */
export function placeholderIn(command: string): string | undefined {
  const bare = command.replaceAll(/'[^']*'/g, '');
  return /<[a-z][^<>|&]*>/i.exec(bare)?.[0] ?? /(?:^|\s)\[--?[a-z][^\]]*\]/.exec(bare)?.[0];
}
