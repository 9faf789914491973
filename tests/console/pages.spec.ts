import type { FakeRun } from '@prunella/testing';
import type { Browser, Page } from 'playwright-core';
import { faultsOf } from '../support/accessibility.ts';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { shoot } from '../support/shots.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const PATHS = [
  ...['', 'incidents', 'approvals', 'tests', 'debts', 'learning', 'reports', 'policy', 'backtest', 'access'],
  ...['dependencies', 'settings'],
  'nowhere',
];
const ATTACK = `<img src=x onerror="window.hacked = true">`;
const TOKEN = 'the-first-secret';

// Debian's Chromium is installed by .ci/run; without one there is nothing to look with.
const describeWithBrowser = hasBrowser ? describe : describe.skip;

describeWithBrowser('the pages of the console (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ policy: 'version: 1\nmode: approve\n' }), startBrowser()]);
    await seed();
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });

  afterEach(() => page?.close());

  async function fail(branch: string): Promise<FakeRun> {
    const run = system.github.addRun({
      branch,
      jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: 'npm error code ETIMEDOUT' }],
    });
    expect((await system.deliver(run)).status).toBe(202);
    return run;
  }

  /** Something for each page. */
  async function seed(): Promise<void> {
    const unknown = system.github.addRun({
      jobs: [
        { name: 'build', conclusion: 'failure', failedStep: 'Run it', log: `the frobnicator said ${ATTACK}\nexit 3` },
      ],
    });
    await system.deliver(unknown);
    await system.bus.publish('tests.reported', { id: 'tests-1', data: report('c0ffee', 'failed') });
    await system.bus.publish('tests.reported', { id: 'tests-2', data: report('c0ffee', 'passed') });
    const wish = { test: 'cart > total', repository: 'acme/shop', owner: 'ada', reason: `fails ${ATTACK}`, by: 'ada' };
    const added = await fetch(`${system.services.auditor.url}/v1/quarantine`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    });
    expect(added.status).toBe(200);
    await until(
      async () => (await system.api<{ flaky: number }>('/v1/reports/flaky')).flaky > 0,
      'a test that failed and passed at the same commit is flaky',
    );
  }

  function report(headSha: string, status: 'passed' | 'failed') {
    const totals = { tests: 1, passed: 0, failed: 0, errors: 0, skipped: 0, durationMs: 10, [status]: 1 };
    return {
      run: {
        ...{ pipelineId: 'acme/shop/ci', platform: 'github', repository: 'acme/shop', runId: status, attempt: 1 },
        ...{ headSha, branch: 'main', kind: 'run' as const },
      },
      ...{ incidentId: '', reportId: `rep_${status}`, part: 1, parts: 1, reportedAt: new Date().toISOString() },
      ...{ job: 'test', totals },
      ...(status === 'failed'
        ? { notable: [{ name: 'total', classname: 'cart', status, durationMs: 10, message: `expected 12 ${ATTACK}` }] }
        : { passed: [{ classname: 'cart', names: ['total'] }] }),
    } as never;
  }

  it.each([
    ['light', { width: 1360, height: 900 }],
    ['dark', { width: 390, height: 844 }],
  ] as const)(
    'have no serious fault of accessibility, run nothing of what others wrote, and fit (%s)',
    async (colorScheme, viewport) => {
      const eyes = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
      eyes.on('pageerror', (error) => complaints.push(String(error)));
      const faults: unknown[] = [];
      for (const path of PATHS) {
        const where = path || 'overview';
        await eyes.goto(`${system.services.auditor.url}/${path}`);
        await eyes.locator('[data-testid=connection][data-state=live]').waitFor();
        await eyes.locator('main :is(h1, h2)').first().waitFor();
        const loading = eyes.locator('main [role=status][aria-label^=Loading]');
        await until(async () => (await loading.count()) === 0, `${where} is read`);
        await shoot(eyes, `pages/${where}-${colorScheme}`);
        faults.push(...(await faultsOf(eyes)).map((fault) => [where, fault]));
        if ((await eyes.evaluate('window.hacked')) !== undefined) faults.push([where, 'hacked']);
      }
      await eyes.close();
      expect(faults).toEqual([]);
      expect(complaints).toEqual([]);
    },
    120_000,
  );

  it('on a phone the pages are behind a button, and the menu goes when one is chosen', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
    await phone.goto(system.services.auditor.url);
    await phone.getByRole('button', { name: 'Pages' }).click();
    const menu = phone.getByRole('dialog', { name: 'Prunella' });
    await menu.getByRole('link', { name: 'Debts' }).click();
    await phone.getByRole('heading', { name: 'Debts', level: 1 }).waitFor();
    await menu.waitFor({ state: 'hidden' });
    await phone.close();
  }, 60_000);

  it('an approval that is given in the list leads to the effect', async () => {
    const run = await fail('feature/from-the-list');
    const { id } = await incidentWith(
      system,
      ({ state, cause }) => state === 'awaiting_approval' && cause === 'network',
      'it waits',
    );
    expect(id).toMatch(/^inc_/);
    await page.goto(system.services.auditor.url);
    // What needs somebody is told on the first page, and counted on all.
    await page
      .getByTestId('needs-you')
      .getByRole('link', { name: /acme\/shop\?/ })
      .first()
      .waitFor();
    await page.getByRole('link', { name: /Approvals.*\d waiting/ }).click();
    const row = page.getByTestId('approvals').locator('tr').filter({ hasText: 'Network' });
    await row.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog', { name: /^Approve: retry/ });
    expect(await dialog.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Your name').fill('ada');
    await dialog.getByLabel('Why').fill('the registry is back');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await dialog.getByText('it is done').waitFor();
    await until(() => system.github.effects.includes(`acme/shop#${run.id} -> 2`), 'the rerun');
    expect(await system.api('/v1/changes?limit=1')).toMatchObject({
      items: [{ who: 'ada', reason: 'the registry is back', what: `POST /v1/approvals/${id}`, status: 200 }],
    });
  }, 60_000);

  it('a test leaves quarantine, by the keyboard alone', async () => {
    await page.goto(`${system.services.auditor.url}/tests`);
    await page.getByTestId('quarantine').getByRole('button', { name: 'Run again' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Run it again' });
    await dialog.getByLabel('Your name').fill('grace');
    await page.keyboard.press('Tab');
    await page.keyboard.type('it is mended');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('No test is in quarantine.').waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);
});

describeWithBrowser('access in the console (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;

  beforeAll(async () => {
    [system, browser] = await Promise.all([
      startSystem({ of: { auditor: { PRUNELLA_API_TOKEN: TOKEN } } }),
      startBrowser(),
    ]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  async function enter(token: string, path: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    await page.goto(`${system.services.auditor.url}/${path}`);
    await page.getByRole('dialog').getByLabel('API token').fill(token);
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await page.locator('[data-testid=connection][data-state=live]').waitFor();
    return page;
  }

  it('a token that an admin makes opens what its role may, under its name', async () => {
    const admin = await enter(TOKEN, 'access');
    await admin.getByRole('button', { name: 'New token' }).click();
    const dialog = admin.getByRole('dialog', { name: 'New token' });
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('wallboard');
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await admin.getByRole('option', { name: /^viewer/ }).click();
    await dialog.getByLabel('Your name').fill('ada');
    await dialog.getByLabel('Why').fill('the screen in the kitchen');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const token = (await admin.getByTestId('new-token').textContent()) ?? '';
    expect(token).toMatch(/^prn_/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await admin.getByTestId('tokens').getByText('wallboard').waitFor();
    await shoot(admin, 'tokens', { fullPage: false });

    const viewer = await enter(token, 'access');
    await viewer.getByRole('button', { name: 'wallboard' }).waitFor();
    await viewer.getByTestId('changes').getByText('the screen in the kitchen').waitFor();
    expect(await viewer.getByTestId('tokens').count()).toBe(0);
    await viewer.goto(`${system.services.auditor.url}/approvals`);
    await viewer.getByText('Nothing waits for an answer.').waitFor();
    await Promise.all([admin.close(), viewer.close()]);
  }, 60_000);
});
