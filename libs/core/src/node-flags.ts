/**
 * How Node runs our services, whoever starts them (docs/adr/0047-services-are-bundled.md has the figures; the Dockerfile has them as well, and a spec compares).
 *
 * - Stack traces show the lines of our sources. The maps of a bundle hold nothing else, so that costs little.
 * - New objects have 3 x 4 MB and not 3 x 16 MB to live in: Node would fill those before it looks what is garbage.
 */
export const NODE_FLAGS: readonly string[] = ['--enable-source-maps', '--max-semi-space-size=4'];

/**
 * How glibc hands out memory to our services, whoever starts them; others read nothing of it. One pool for all threads, and
 * what is large is given back to the system as soon as it is free: by default each of Node's threads keeps a pool of its
 * own, and after the first large piece that was freed the next ones are cut out of what only grows.
 */
export const MALLOC_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
};
