/**
 * Packages that are shipped under a licence that nobody allowed.
 *
 * @param {{ packages: Record<string, { license?: string, dev?: boolean, link?: boolean }> }} lock package-lock.json
 * @param {{ licences: string[], packages: Record<string, { licence: string }> }} accepted
 * @returns {string[]} sentences; empty: all is well.
 */
export function wrongLicences(lock, accepted) {
  return shipped(lock).flatMap(({ name, license }) => {
    const found = accepted.packages[name]?.licence ?? license;
    if (found !== undefined && isAllowed(found, accepted.licences)) return [];
    return [
      `${name}: expected one of the licences in scripts/supply/accepted.json, found ${found ?? 'none'}; leave the package out, or add it there with its licence and the reason`,
    ];
  });
}

/**
 * Packages of others that a production install takes, each version once: also what is optional to something that is shipped (`devOptional`), for only who leaves out both kinds does without.
 *
 * @returns {{ name: string, version: string, license?: string, integrity?: string }[]}
 */
export function shipped({ packages }) {
  const found = Object.entries(packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .map(([path, { name, version, license, integrity }]) => ({
      name: name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      ...{ version, license, integrity },
    }));
  return [...new Map(found.map((one) => [`${one.name}@${one.version}`, one])).values()];
}

/** An SPDX expression of one kind of operator; one that mixes them is read by people. */
function isAllowed(expression, allowed) {
  const plain = expression.replaceAll(/[()]/g, '');
  const [all, any] = [plain.split(' AND '), plain.split(' OR ')];
  if (all.length > 1 && any.length > 1) return false;
  const has = (id) => allowed.includes(id.trim());
  return any.length > 1 ? any.some(has) : all.every(has);
}
