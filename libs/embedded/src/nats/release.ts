/** A release archive and what it must hash to. */
export interface Release {
  version: string;
  /** SHA-256 of the archive, as in the release's SHA256SUMS. */
  sha256: string;
}

/**
 * The pinned releases, by `process.platform` and `process.arch`. Sources: the SHA256SUMS file of each release; for Linux
 * the same sums stand in the official container images.
 */
export const RELEASES: Readonly<Record<string, Release>> = {
  'linux-x64': { version: '2.10.18', sha256: '7760fe7347ba8e8daf4474811cf7fc301713aa8f3d4e0787d3e79a496dd537b2' },
  'linux-arm64': { version: '2.10.18', sha256: '3f026443e902a21e787382ca10e1446bf02a8bb779224b1b7b33ea6483f76b02' },
  'darwin-x64': { version: '2.10.10', sha256: '5b6bfed8f75ecb2f6465b87334f4e757a66c32b6c5f802e964a080a3716ffffb' },
  'darwin-arm64': { version: '2.10.10', sha256: '8af6cbd8f3f21bcec164d17bc879d3e7807cd98e1c7839ac668986a71c4e52c6' },
};

const DOWNLOADS = 'https://github.com/nats-io/nats-server/releases/download';
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Name of the folder in the archive, and of the archive without `.tar.gz`. */
export function archiveName(platform: string, { version }: Release): string {
  const [os = '', arch = ''] = platform.split('-');
  return `nats-server-v${version}-${os}-${ARCHITECTURES[arch] ?? arch}`;
}

/** Where the archive is. */
export function archiveUrl(platform: string, release: Release): string {
  return `${DOWNLOADS}/v${release.version}/${archiveName(platform, release)}.tar.gz`;
}
