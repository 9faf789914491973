import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireNats } from './acquire.ts';
import { archiveName, archiveUrl, RELEASES } from './release.ts';

const platform = `${process.platform}-${process.arch}`;
let folder: string;
let bin: string;
let cacheDir: string;

/** A stand-in for somebody else's program: all that is asked of it is its version. */
async function program(path: string, says: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-acquire-'));
  bin = join(folder, 'bin');
  cacheDir = join(folder, 'cache');
  await mkdir(bin);
  await mkdir(cacheDir);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('acquireNats', () => {
  it('takes the one on the PATH first', async () => {
    await program(join(bin, 'nats-server'), 'echo nats-server: v2.11.4');
    await program(join(cacheDir, 'nats-server'), 'echo nats-server: v2.10.1');
    expect(await acquireNats({ path: bin, cacheDir })).toEqual({
      path: join(bin, 'nats-server'),
      version: '2.11.4',
      from: 'PATH',
    });
  });

  it.each`
    onPath                            | why
    ${undefined}                      | ${'there is none on the PATH'}
    ${'echo nats-server: v2.8.4'}     | ${'the one on the PATH has no pull consumers'}
    ${'echo broken >&2; exit 127'}    | ${'the one on the PATH does not run'}
    ${'echo something else entirely'} | ${'the one on the PATH is something else'}
  `('takes the cached one when $why', async ({ onPath }: { onPath: string | undefined }) => {
    if (onPath !== undefined) await program(join(bin, 'nats-server'), onPath);
    await program(join(cacheDir, 'nats-server'), 'echo nats-server: v2.10.1');
    expect(await acquireNats({ path: bin, cacheDir })).toMatchObject({ version: '2.10.1', from: 'cache' });
  });

  it('names everything it tried, and what to do, when nothing works', async () => {
    const release = { version: '2.10.18', sha256: '0', url: 'http://127.0.0.1:9/nats.tar.gz' };
    await symlink(execFileSync('sh', ['-c', 'command -v tar'], { encoding: 'utf8' }).trim(), join(bin, 'tar'));
    await expect(acquireNats({ path: bin, cacheDir, release })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(
        /on the PATH: nats-server is not on the PATH.*fetched earlier: not found.*apt-get is not on the PATH.*release download: http.*NATS_URL/s,
      ),
    });
  });

  describe('release download', () => {
    let server: Server;
    let archive: Buffer;
    let url: string;

    beforeEach(async () => {
      const release = { version: '2.10.18', sha256: '' };
      const inside = join(folder, archiveName(platform, release));
      await mkdir(inside);
      await program(join(inside, 'nats-server'), 'echo nats-server: v2.10.18');
      execFileSync('tar', ['-czf', 'archive.tar.gz', archiveName(platform, release)], { cwd: folder });
      archive = await readFile(join(folder, 'archive.tar.gz'));
      server = createServer((_, response) => response.end(archive)).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nats.tar.gz`;
      for (const tool of ['tar', 'gzip', 'sh']) {
        const path = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
        await symlink(path, join(bin, tool));
      }
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    it('is used when its checksum is right, kept, and leaves nothing else behind', async () => {
      const release = { version: '2.10.18', sha256: createHash('sha256').update(archive).digest('hex'), url };
      const path = join(cacheDir, 'nats-server');
      expect(await acquireNats({ path: bin, cacheDir, release })).toEqual({
        path,
        version: '2.10.18',
        from: 'download',
      });
      expect(await readdir(cacheDir)).toEqual(['nats-server']);
      expect(await acquireNats({ path: bin, cacheDir })).toMatchObject({ from: 'cache' });
    });

    it('is refused when its checksum is wrong', async () => {
      const release = { version: '2.10.18', sha256: 'f'.repeat(64), url };
      await expect(acquireNats({ path: bin, cacheDir, release })).rejects.toThrow(/expected SHA-256 f{64}, found/);
      expect(await readdir(cacheDir)).toEqual([]);
    });
  });
});

describe('pinned releases', () => {
  it.each(Object.entries(RELEASES))('%s has a checksum and a download address', (name, release) => {
    expect(release.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(archiveUrl(name, release)).toMatch(
      /^https:\/\/github\.com\/nats-io\/nats-server\/releases\/download\/v([\d.]+)\/nats-server-v\1-(linux|darwin)-(amd64|arm64)\.tar\.gz$/,
    );
  });
});
