import fc from 'fast-check';
import { fingerprint } from './fingerprint.ts';

const same = (a: string, b: string) => fingerprint('network', [a]) === fingerprint('network', [b]);

describe('fingerprint', () => {
  it.each([
    ['port', 'connect ECONNREFUSED 127.0.0.1:9200', 'connect ECONNREFUSED 10.1.2.3:41322'],
    ['IPv6', 'connect to [2001:db8::1]:443 failed', 'connect to [fe80:0:0:0:1:2:3:4]:8443 failed'],
    ['path', "cannot find '/home/runner/work/app/app/src/a.ts'", "cannot find '/builds/group/app/src/a.ts'"],
    ['Windows path', 'open C:\\ci\\app\\a.ts failed', 'open D:\\a\\b\\app\\a.ts failed'],
    ['time', 'at 2026-01-02T03:04:05Z failed', 'at 2025-12-31 23:59:59.123 failed'],
    ['duration', 'timed out after 30s', 'timed out after 12.5 s'],
    ['long duration', 'gave up after 1m30s', 'gave up after 2h5m1.5s'],
    ['day', 'certificate expired on Mon Jan  2 15:04:05 2026', 'certificate expired on Tue Feb 13 01:00:00 2027'],
    ['pointer', 'panic at 0x7ffee4', 'panic at 0x55d0c1b2a3'],
    ['commit', 'reference is not a tree: 3f2a91c', 'reference is not a tree: 9c07b1ae5d'],
    ['digest', `pull sha256:${'ab12'.repeat(16)}`, `pull sha256:${'0f9e'.repeat(16)}`],
    ['UUID', 'request 123e4567-e89b-12d3-a456-426614174000', 'request 00000000-e89b-12d3-a456-426614174fff'],
    ['machine', 'runner-x7f9k2-project-12 lost', 'runner-b3c4d5-project-9 lost'],
    ['pod', 'pod web-6d4cf56db6-x2x9k evicted', 'pod web-7f9dd5c7b4-k8s2p evicted'],
    ['case', 'Connection Timed Out', 'connection timed out'],
  ])('is the same on another %s', (_name, a, b) => {
    expect(same(a, b)).toBe(true);
  });

  it.each([
    ['connection refused', 'connection reset'],
    ["cannot find '/src/a.ts'", "cannot find '/src/b.ts'"],
    ['lookup registry.example.org', 'lookup mirror.example.org'],
  ])('differs: %s, %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  it('differs by cause', () => {
    expect(fingerprint('network', ['x'])).not.toBe(fingerprint('timeout', ['x']));
  });

  it('does not depend on any number, address or hash', () => {
    fc.assert(
      fc.property(fc.nat(), fc.ipV4(), fc.uuid(), fc.nat(65_535), (number, ip, id, port) => {
        const text = `job ${number} on ${ip}:${port} request ${id} failed after ${number}ms`;
        expect(same(text, 'job 1 on 10.0.0.1:80 request 123e4567-e89b-12d3-a456-426614174000 failed after 5ms')).toBe(
          true,
        );
      }),
    );
  });
});
