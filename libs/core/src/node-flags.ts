/**
 * How Node runs our services, whoever starts them (docs/adr/0028-memory-that-nobody-uses.md has the figures; the Dockerfile has them as well, and a spec compares).
 *
 * - New objects have 3 x 4 MB and not 3 x 16 MB to live in: Node would fill those before it looks what is garbage.
 * - Old objects may become half as much again before it looks there, and not four times as much.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=4', '--heap-growing-percent=50'];

/**
 * How glibc hands out memory to our services, whoever starts them; others read nothing of it. One pool for all threads, and
 * what is large is given back to the system as soon as it is free: by default each of Node's threads keeps a pool of its
 * own, and after the first large piece that was freed the next ones are cut out of what only grows.
 */
export const MALLOC_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
};
