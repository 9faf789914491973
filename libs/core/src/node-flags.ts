/**
 * How Node runs our services, whoever starts them (docs/adr/0047-services-are-bundled.md has the figures; the Dockerfile has them as well, and a spec compares).
 *
 * - Stack traces show the lines of our sources. The maps of a bundle hold nothing else, so that costs little.
 * - New objects have 3 x 4 MB and not 3 x 16 MB to live in: Node would fill those before it looks what is garbage.
 */
export const NODE_FLAGS: readonly string[] = ['--enable-source-maps', '--max-semi-space-size=4'];
