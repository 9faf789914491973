import type { Metadata } from './objects.ts';

/** Where a workload comes from, as its labels and annotations say; empty: they don't. */
export interface Provenance {
  /** `owner/name` */
  repository: string;
  headSha: string;
  branch: string;
}

const REPOSITORY = ['prunella.dev/repository', 'org.opencontainers.image.source'];
const COMMIT = ['prunella.dev/commit', 'org.opencontainers.image.revision', 'app.kubernetes.io/version'];
const BRANCH = ['prunella.dev/branch', 'org.opencontainers.image.ref.name'];

const SHA = /^[0-9a-f]{7,64}$/i;

/**
 * What the pod template says comes first, as it is of the revision; then the workload's own annotations and labels. What does not look like what it should
 * be is left out: anybody may write there. Pure.
 */
export function provenanceOf(template: Metadata | undefined, own: Metadata): Provenance {
  const places = [template, own].flatMap((one) => [one?.annotations ?? {}, one?.labels ?? {}]);
  const first = (names: readonly string[], read: (text: string) => string | undefined): string => {
    const texts = names.flatMap((name) => places.map((place) => place[name]));
    for (const text of texts) {
      const value = text === undefined ? undefined : read(text.trim());
      if (value !== undefined) return value;
    }
    return '';
  };
  return {
    repository: first(REPOSITORY, repositoryIn),
    headSha: first(COMMIT, (text) => (SHA.test(text) ? text.toLowerCase() : undefined)),
    branch: first(BRANCH, (text) => (text !== '' && text.length <= 512 ? text : undefined)),
  };
}

/** `owner/name` of itself, or of an address such as `https://github.com/acme/shop.git`. */
function repositoryIn(text: string): string | undefined {
  if (text.length > 1_000) return undefined;
  const bare = text.replace(/\/$/, '').replace(/\.git$/, '');
  const path = /^(?:https?:\/\/[^/\s]+\/|git@[^:\s]+:)?([\w.-]+(?:\/[\w.-]+)+)$/.exec(bare)?.[1];
  return path !== undefined && path.length <= 512 ? path : undefined;
}
