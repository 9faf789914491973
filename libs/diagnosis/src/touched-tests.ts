/** What test files are called, or lie in, in any language. */
const TEST_FILE =
  /(?:^|[/_.-])(?:tests?|specs?|__tests__|e2e|it)(?:[/_.-]|$)|[a-z0-9](?:Tests?|Spec|IT|TestCase)\.\w+$/;
/** Lines that say of a test that it failed or was tried again. */
const SAYS_SO = /fail|error|flaky|retr(?:y|ied)|✕|✘|✖|×|❌|not ok\b/i;
/** Shorter names stand in too many lines for other reasons. */
const SHORTEST_NAME = 4;

/**
 * The test files among the changed ones of which a log says that they failed. Their failure may be what the change did: running it again until it
 * passes would hide that. Pure.
 *
 * @param changed paths in the repository.
 * @param logs texts of the failed jobs.
 */
export function touchedTests(changed: readonly string[], logs: readonly string[]): string[] {
  const names = changed
    .filter((path) => TEST_FILE.test(path))
    .map((path) => ({ path, name: nameOf(path) }))
    .filter(({ name }) => name.length >= SHORTEST_NAME);
  if (names.length === 0) return [];
  const found = new Set<string>();
  for (const log of logs) {
    for (const line of log.split('\n')) {
      if (!SAYS_SO.test(line)) continue;
      for (const { path, name } of names) if (mentions(line, name)) found.add(path);
    }
  }
  return [...found].sort();
}

/** The file's name without its last ending: some runners name the file, others the class or module in it. */
function nameOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
}

/** As a whole word: `cart.spec` is not in `shopping-cart.spec`. */
function mentions(line: string, name: string): boolean {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    const [before = ' ', after = ' '] = [line[at - 1], line[at + name.length]];
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}
