import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/** Of Prunella: from the package of the file that this is in, which may be a bundle. */
export const { version: VERSION } = JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? '', 'utf8')) as {
  version: string;
};
