import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { overflowOf } from '../support/accessibility.ts';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { shoot } from '../support/shots.ts';
import { type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

// Debian's Chromium is installed by .ci/run; without one there is nothing to look with.
const describeWithBrowser = hasBrowser ? describe : describe.skip;

interface Dependencies {
  items: { name: string; state: string; waitingCount: number }[];
}

describeWithBrowser('dependencies and settings (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;
  let registry: Server;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    registry = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { port } = registry.address() as AddressInfo;
    [system, browser] = await Promise.all([startSystem({ policy: policyOf(port) }), startBrowser()]);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    registry?.close();
  });

  function policyOf(port: number): string {
    const often = 'interval: 1s, timeout: 1s, downAfter: 1, upAfter: 1';
    return [
      'version: 1',
      'mode: act',
      'dependencies:',
      `  - { name: artifacts, kind: tcp, host: 127.0.0.1, port: ${port}, ${often}, neededBy: [{ match: { repository: acme/**, branch: [main, release/*] } }, { match: { repository: web/** }, steps: [e2e, publish] }] }`,
      // Nobody listens on port 9.
      `  - { name: images, kind: tcp, host: 127.0.0.1, port: 9, ${often}, names: [registry.acme.example], neededBy: [{ match: { repository: acme/shop } }] }`,
      '',
    ].join('\n');
  }

  const dependencies = () => system.api<Dependencies>('/v1/dependencies');

  /** The page as it looks to those who like it light, dark and small. */
  async function shootAll(name: string, path: string, ready: (eyes: Page) => Promise<unknown>): Promise<void> {
    for (const [look, colorScheme, viewport] of [
      ['light', 'light', { width: 1360, height: 900 }],
      ['dark', 'dark', { width: 1360, height: 900 }],
      ['phone', 'light', { width: 390, height: 844 }],
    ] as const) {
      const eyes = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
      eyes.on('pageerror', (error) => complaints.push(String(error)));
      await eyes.goto(`${system.services.auditor.url}/${path}`);
      await ready(eyes);
      expect(await overflowOf(eyes)).toBe(0);
      await shoot(eyes, `${name}-${look}`);
      await eyes.close();
    }
  }

  it('shows which dependency is up, which is down, and who waits for it', async () => {
    await until(async () => {
      const states = (await dependencies()).items.map(({ name, state }) => `${name} ${state}`);
      return states.join() === 'images down,artifacts up';
    }, 'one is up, one is down');
    const run = system.github.addRun({
      jobs: [
        {
          ...{ name: 'build', conclusion: 'failure', failedStep: 'Pull' },
          log: 'Error: dial tcp: lookup registry.acme.example: i/o timeout\nnpm error network connect ETIMEDOUT registry.acme.example:443\n',
        },
      ],
    });
    expect((await system.deliver(run)).status).toBe(202);
    await until(async () => (await dependencies()).items[0]?.waitingCount === 1, 'its rerun waits', 60_000);

    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    await page.goto(`${system.services.auditor.url}/dependencies`);
    const row = page.getByTestId('dependencies').locator('tr').filter({ hasText: 'images' });
    await row.getByText('Down', { exact: true }).waitFor();
    await row.getByRole('link', { name: 'images' }).click();
    const detail = page.getByTestId('dependency');
    await detail.getByRole('link', { name: /ci/ }).first().waitFor();
    // The choice is in the address, and Close takes it back.
    expect(new URL(page.url()).searchParams.get('show')).toBe('images');
    await page.getByRole('button', { name: 'Close images' }).click();
    await detail.waitFor({ state: 'detached' });
    await page.close();
    await shootAll('dependencies', 'dependencies?show=images', (eyes) => eyes.getByTestId('dependency').waitFor());
  }, 120_000);

  it('shows what must be mended first, what runs, and by which settings', async () => {
    system.github.accounts.scopes = ['read:org'];
    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    await page.goto(`${system.services.auditor.url}/settings`);
    const findings = page.getByTestId('findings');
    await findings.waitFor();
    // Whatever was found a moment ago: it is looked at again on demand.
    await until(async () => {
      await page.getByRole('button', { name: 'Examine again' }).click();
      await page.locator('[data-testid=doctor] button:not([data-loading])').waitFor();
      return /lacks the scope repo: runs can't be started again/.test((await findings.textContent()) ?? '');
    }, 'the missing scope is found');
    const first = findings.locator('li').first();
    expect(await first.getAttribute('data-state')).toBe('bad');
    expect(await first.textContent()).toContain('How to mend it');
    expect(await page.getByTestId('services').locator('tbody tr').count()).toBe(4);

    const settings = page.getByTestId('settings');
    await page.getByRole('combobox', { name: 'Service' }).click();
    await page.getByRole('option', { name: 'remediator' }).click();
    await settings.getByText('GITHUB_TOKEN').waitFor();
    expect(new URL(page.url()).searchParams.get('service')).toBe('remediator');
    expect(await settings.textContent()).not.toContain('ghp_test');
    await page.close();
    await shootAll('settings', 'settings?service=remediator', (eyes) => eyes.getByTestId('settings').waitFor());
    expect(complaints).toEqual([]);
  }, 120_000);
});
