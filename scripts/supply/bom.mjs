import { shipped } from './licences.mjs';

/**
 * A bill of materials of all packages that are shipped.
 *
 * @param {object} lock package-lock.json
 * @param {{ packages: Record<string, { licence: string }> }} accepted licences that the lock leaves out
 * @param {Date} now
 */
export function bomOf(lock, accepted, now) {
  const { name, version, license } = lock.packages[''];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: now.toISOString(),
      lifecycles: [{ phase: 'pre-build' }],
      component: { type: 'application', ...identity(name, version), licenses: licencesOf(license) },
    },
    components: shipped(lock).map(({ name, version, license, integrity }) => ({
      type: 'library',
      ...identity(name, version),
      licenses: licencesOf(accepted.packages[name]?.licence ?? license),
      ...(integrity && { hashes: [hashOf(integrity)] }),
    })),
  };
}

function identity(whole, version) {
  const [name, group] = whole.split('/').reverse();
  // https://github.com/package-url/purl-spec: the @ of a scope is escaped.
  const purl = `pkg:npm/${whole.replace('@', '%40')}@${version}`;
  return { 'bom-ref': purl, ...(group && { group }), name, version, purl };
}

/** One id, or an expression of several. */
function licencesOf(text) {
  if (text === undefined) return [];
  return [/ (?:AND|OR|WITH) /.test(text) ? { expression: text } : { license: { id: text } }];
}

/** `sha512-<base64>`, as Subresource Integrity writes it. */
function hashOf(integrity) {
  const [algorithm, base64] = integrity.split(' ')[0].split(/-(.*)/s);
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(base64, 'base64').toString('hex'),
  };
}
