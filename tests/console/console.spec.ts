import type { FakeRun } from '@prunella/testing';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { shoot } from '../support/shots.ts';
import { type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const ATTACK = `<img src=x onerror="window.hacked = true">`;
const LOG = [
  'Run npm ci',
  `npm error code ETIMEDOUT`,
  `npm error network request to https://registry.example.org/react failed, reason: connect ETIMEDOUT ${ATTACK}`,
  '##[error]Process completed with exit code 1.',
].join('\n');

// Debian's Chromium is installed by .ci/run; without one there is nothing to look with.
const describeWithBrowser = hasBrowser ? describe : describe.skip;

describeWithBrowser('the console (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let strangers: string[];
  let complaints: string[];

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ policy: 'version: 1\nmode: act\n' }), startBrowser()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    strangers = [];
    complaints = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(system.services.auditor.url)) strangers.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  afterEach(async () => {
    await page.close();
    expect(strangers).toEqual([]);
  });

  async function fail(changes: { branch: string }): Promise<FakeRun> {
    const run = system.github.addRun({
      ...changes,
      jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: LOG }],
    });
    expect((await system.deliver(run)).status).toBe(202);
    return run;
  }

  it('shows a failure as it comes, why, what is done, and that it healed, without a reload', async () => {
    await page.goto(`${system.services.auditor.url}/incidents`);
    await page.locator('[data-testid=connection][data-state=live]').waitFor();
    await page.getByTestId('empty').waitFor();

    const run = await fail({ branch: 'feature/from-the-browser' });
    const row = page.getByTestId('incident-row').filter({ hasText: 'feature/from-the-browser' });
    await row.waitFor();
    await row.click();
    await page.getByTestId('incident-page').waitFor();
    const evidence = page.getByTestId('evidence');
    await evidence.getByText('npm error code ETIMEDOUT').waitFor();
    expect(await evidence.locator('[data-decisive]').textContent()).toMatch(
      /^2\s*Decisive:\s*npm error code ETIMEDOUT$/,
    );
    expect(await page.getByTestId('step-diagnosis').textContent()).toMatch(/network/i);
    expect(await page.getByTestId('reasons').textContent()).toMatch(/threshold[\s\S]*confidence 0\.9/);
    await until(() => system.github.effects.includes(`acme/shop#${run.id} -> 2`), 'the rerun');
    await page.getByTestId('step-action').getByText('reran the failed jobs').waitFor();
    system.github.completeRun(run, 'success');
    await system.deliver(run);
    await page
      .getByTestId('step-outcome')
      .getByText(/healed/i)
      .first()
      .waitFor();
    await shoot(page, 'healed');
    expect(complaints).toEqual([]);
  }, 60_000);

  it('shows what a log says as text, and runs nothing of it', async () => {
    await fail({ branch: 'feature/attack' });
    await page.goto(`${system.services.auditor.url}/incidents`);
    await page.getByTestId('incident-row').filter({ hasText: 'feature/attack' }).click();
    await page.getByTestId('evidence').getByText(ATTACK).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('[data-testid=evidence] img').count()).toBe(0);
    expect(complaints).toEqual([]);
  }, 60_000);

  it('filters by what is in the address, and says when nothing fits', async () => {
    await page.goto(`${system.services.auditor.url}/incidents?outcome=harmful`);
    await page.getByTestId('empty').waitFor();
    await page.getByRole('button', { name: /clear/i }).first().click();
    await page.getByTestId('incident-row').first().waitFor();
  }, 60_000);

  it('says that an incident is not there', async () => {
    await page.goto(`${system.services.auditor.url}/incidents/inc_nobody`);
    await page.getByTestId('not-found').waitFor();
    await shoot(page, 'not-found', { fullPage: false });
  }, 60_000);

  it('fits a phone, in the dark', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await phone.goto(`${system.services.auditor.url}/incidents`);
    await phone.getByTestId('incident-row').first().waitFor();
    const overflow = await phone.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await shoot(phone, 'phone-dark', { fullPage: false });
    await phone.close();
  }, 60_000);
});

describeWithBrowser('the console with a token (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([
      startSystem({ environment: { PRUNELLA_API_TOKEN: 'the-right-token' } }),
      startBrowser(),
    ]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('asks for it, says when it is wrong, and goes on with the right one', async () => {
    const page = await browser.newPage();
    await page.goto(`${system.services.auditor.url}/incidents`);
    const dialog = page.getByRole('dialog', { name: 'This Prunella asks for a token' });
    await dialog.getByLabel('API token').fill('a-wrong-token');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog
      .getByText(/not|wrong|refused/i)
      .first()
      .waitFor();
    await dialog.getByLabel('API token').fill('the-right-token');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await page.locator('[data-testid=connection][data-state=live]').waitFor();
    await page.getByTestId('empty').waitFor();
  }, 60_000);
});
