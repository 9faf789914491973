import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@prunella/service-kit';
import { get, Running } from '../../test/running.ts';

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const PAGE = '<!doctype html><title>Prunella</title>';

let running: Running;
let directory: string;
let service: RunningService;

beforeAll(async () => {
  running = await Running.start();
  directory = await mkdtemp(join(tmpdir(), 'prunella-console-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), PAGE);
  await writeFile(join(directory, 'assets', 'index-abc123.js'), 'export {};');
  service = await running.auditor({ PRUNELLA_CONSOLE_DIR: directory });
}, 60_000);
afterAll(async () => {
  await running.stop();
  await rm(directory, { recursive: true });
});

describe('the console', () => {
  it.each(['/', '/index.html', '/incidents/inc_1', '/reports?from=2026-11-01'])(
    '%s is its page, never cached',
    async (path) => {
      const { status, body, headers } = await get(service, path, BROWSER);
      expect([status, body]).toEqual([200, PAGE]);
      expect(headers.get('cache-control')).toBe('no-cache');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/default-src 'none'; script-src 'self';.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/script-src[^;]*unsafe|unsafe-eval|https?:|\*/);
    },
  );

  it('has assets that are cached for ever', async () => {
    const { status, type, headers } = await get(service, '/assets/index-abc123.js');
    expect([status, type]).toEqual([200, expect.stringContaining('javascript')]);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    ['/assets/gone.js', BROWSER, 404],
    ['/v1/gone', BROWSER, 404],
    ['/v1/incidents', BROWSER, 200],
    ['/openapi.json', BROWSER, 200],
    ['/health', BROWSER, 200],
    ['/somewhere', { accept: 'application/json' }, 404],
    ['/..%2f..%2fetc%2fpasswd', { accept: 'application/json' }, 404],
  ])('%s %j is not its page: %d', async (path, headers, expected) => {
    const { status, body } = await get(service, path, headers);
    expect(status).toBe(expected);
    expect(body).not.toBe(PAGE);
  });

  it('says what to do when it is not built', async () => {
    const unbuilt = await running.auditor({ PRUNELLA_CONSOLE_DIR: join(directory, 'nowhere') });
    const { status, body, type } = await get(unbuilt, '/', BROWSER);
    expect([status, type]).toEqual([503, expect.stringContaining('text/html')]);
    expect(body).toContain('npm run build');
    await unbuilt.close();
  });
});
