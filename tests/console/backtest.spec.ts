import { writeFile } from 'node:fs/promises';
import type { BacktestReport } from '@prunella/backtest';
import type { Browser, Page } from 'playwright-core';
import { faultsOf } from '../support/accessibility.ts';
import { BLIP_RULES, CODE_FAILURE } from '../support/blip.ts';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { shoot } from '../support/shots.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const POLICY = `# What holds for the team of the shop.
version: 1
mode: recommend
storm: { pipelines: 50 }
costs: { usual: 2m, currency: EUR, prices: [{ perMinute: 0.5 }] }
budgets:
  - { name: retries, match: { action: retry }, per: pipeline, within: 1h, actions: 30 }
freezes:
  - { name: always, match: { environment: production }, from: "2001-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z" }
`;

/** What really becomes of runs that fail: people run them again, or nobody does. */
const LIVES = [
  { repository: 'acme/shop', branch: 'cart', people: 'success' },
  { repository: 'acme/shop', branch: 'prices', people: 'success' },
  { repository: 'acme/blog', branch: 'comments', people: 'success' },
  { repository: 'acme/blog', branch: 'feeds', people: 'failure' },
  { repository: 'acme/shop', branch: 'left', people: undefined },
  { repository: 'acme/shop', branch: 'types', people: undefined, log: CODE_FAILURE },
] as const;
const PASSED = LIVES.filter(({ people }) => people === 'success').length;
const FAILED_AGAIN = LIVES.filter(({ people }) => people === 'failure').length;
/** A rerun that fails is a failure of its own. */
const FAILURES = LIVES.length + FAILED_AGAIN;
/** Nobody ran again what is left, nor what failed again. */
const UNKNOWN = 1 + FAILED_AGAIN;

const describeWithBrowser = hasBrowser ? describe : describe.skip;

describeWithBrowser('policy and backtest in the console (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ policy: POLICY, rules: BLIP_RULES }), startBrowser()]);
    await Promise.all(LIVES.map((life) => live(life)));
    page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  async function live({ repository, branch, people, ...rest }: (typeof LIVES)[number]): Promise<void> {
    const log = 'log' in rest ? rest.log : `BLINKED AT ${branch}\n##[error]Process completed with exit code 1.`;
    const jobs = [{ name: 'build', conclusion: 'failure' as const, log }];
    const run = system.github.addRun({ repository, branch, jobs, headSha: sha(branch) });
    const decided = (attempt: number) =>
      incidentWith(
        system,
        (one) => one.runId === String(run.id) && one.attempt === attempt && isDecided(one),
        `${branch}: attempt ${attempt} is decided about`,
      );
    await system.deliver(run);
    await decided(1);
    if (people === undefined) return;
    await nextSecond();
    system.github.rerun(run);
    await system.deliver(run);
    system.github.completeRun(run, people, ...(people === 'failure' ? [jobs] : []));
    await system.deliver(run);
    if (people === 'failure') await decided(2);
    else await until(async () => (await eventsOf(run.id)) > 0, `${branch}: it is recorded that it passed`);
  }

  /** GitHub tells times in whole seconds: what comes next is to be told as later. */
  async function nextSecond(): Promise<void> {
    const next = (Math.floor(Date.now() / 1_000) + 1) * 1_000;
    await until(() => Date.now() >= next, 'the next second');
  }

  function isDecided({ state }: Incident): boolean {
    return state === 'recommended' || state === 'handed_over';
  }

  /** How often it is recorded that a run passed. */
  async function eventsOf(runId: number): Promise<number> {
    const range = `from=2001-01-01&to=${new Date(Date.now() + 60_000).toISOString()}`;
    const { items } = await system.api<{ items: { type: string; data: { runId?: string; conclusion?: string } }[] }>(
      `/v1/backtests/events?${range}&limit=1000`,
    );
    return items.filter(({ data }) => data.runId === String(runId) && data.conclusion === 'success').length;
  }

  function sha(branch: string): string {
    return Buffer.from(branch.padEnd(20, '.')).toString('hex');
  }

  /** Shows a page in daylight, at night and on a phone, and looks for what not everybody could read or reach. */
  async function look(name: string, path: string, ready: string): Promise<void> {
    const faults: unknown[] = [];
    const eyes = await browser.newPage({ reducedMotion: 'reduce' });
    await eyes.goto(`${system.services.auditor.url}${path}`);
    await eyes.getByTestId(ready).waitFor();
    for (const [shot, viewport, colorScheme] of [
      ['light', { width: 1360, height: 900 }, 'light'],
      ['dark', { width: 1360, height: 900 }, 'dark'],
      ['phone', { width: 390, height: 844 }, 'light'],
    ] as const) {
      await eyes.setViewportSize(viewport);
      await eyes.emulateMedia({ colorScheme });
      await eyes.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      await shoot(eyes, `${name}-${shot}`);
      faults.push(...(await faultsOf(eyes)).map((fault) => [shot, fault]));
    }
    await eyes.close();
    expect(faults).toEqual([]);
  }

  it('the policy in force is read in sentences, and each leads to its line', async () => {
    await page.goto(`${system.services.auditor.url}/policy`);
    const source = page.getByTestId('policy-source');
    await source.getByText('# What holds for the team of the shop.').waitFor();
    const mode = page.getByTestId('policy-reach').getByRole('listitem').filter({ hasText: 'does nothing by itself' });
    await mode.getByRole('button', { name: 'line 3' }).click();
    expect(await source.locator('[data-marked]').textContent()).toContain('mode: recommend');
    expect(new URL(page.url()).search).toBe('?line=3');
    await page
      .getByTestId('policy-budgets')
      .getByText('A retry may be done 30 times in any hour, for each pipeline (budget retries).')
      .waitFor();
    await page.getByTestId('policy-bounds').getByText('holds now').waitFor();
    await page.getByTestId('policy-learning').waitFor();
    await page.getByRole('switch', { name: 'Only what the file says' }).click();
    await until(async () => (await page.getByTestId('policy-learning').count()) === 0, 'defaults are left out');
    expect(new URL(page.url()).search).toBe('?line=3&written=1');
    await look('policy', '/policy?line=3', 'policy-learning');
  }, 120_000);

  it('a change is tried in the browser, and its difference is what really happened', async () => {
    await page.goto(`${system.services.auditor.url}/policy`);
    await page.getByRole('link', { name: 'Try a change' }).click();
    const field = page.getByRole('textbox', { name: 'The policy to try' });
    expect(await field.inputValue()).toBe(POLICY);
    const start = page.getByRole('button', { name: 'Run the backtest' });

    await field.fill(POLICY.replace('mode: recommend', 'mode: acts'));
    const problems = page.getByTestId('policy-problems').first();
    await problems.getByText('did you mean act?').waitFor();
    expect(await start.isDisabled()).toBe(true);
    await problems.getByRole('button', { name: 'Line 3' }).click();
    // The line is chosen: what is typed takes its place.
    await page.keyboard.type('mode: act');
    expect(await field.inputValue()).toBe(POLICY.replace('mode: recommend', 'mode: act'));
    const changes = page.getByTestId('what-it-changes');
    await changes.getByText('Prunella acts by itself where it is sure enough.').waitFor();
    expect(await changes.getByRole('deletion').allInnerTexts()).toEqual([
      'Prunella says what it would do, and does nothing by itself.',
    ]);
    await shoot(page, 'backtest-wish');

    await start.click();
    await page.getByTestId('headline').waitFor({ timeout: 60_000 });
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { report } = await system.api<{ report: BacktestReport }>(`/v1/backtests/${id}`);
    const { policy, against } = report;
    // What really happened.
    expect(policy.totals).toMatchObject({
      failures: FAILURES,
      results: { healed: PASSED, 'false-heal': FAILED_AGAIN, 'acted-unknown': UNKNOWN, 'handed-over': 1 },
    });
    expect(against?.totals).toMatchObject({ failures: FAILURES, missed: PASSED, reruns: 0 });

    expect(await page.getByTestId('headline').getByRole('heading').textContent()).toBe(
      `The new policy would have healed ${PASSED} more failures and caused ${FAILED_AGAIN} more false heal, for ${policy.totals.minutes} more minutes of CI and ${policy.totals.money.toFixed(2)} EUR more.`,
    );
    expect(await row('sides', 'Healed')).toEqual(['0', String(PASSED), `+${PASSED}`]);
    expect(await row('sides', 'False heals')).toEqual(['0', String(FAILED_AGAIN), `+${FAILED_AGAIN}`]);
    expect(await row('sides', 'Missed')).toEqual([String(PASSED), '0', `−${PASSED}`]);
    expect(await row('sides', 'Handed over')).toEqual(['1', '1', 'same']);
    expect(await row('sides', 'Money')).toEqual([
      '0.00 EUR',
      `${policy.totals.money.toFixed(2)} EUR`,
      `+${policy.totals.money.toFixed(2)} EUR`,
    ]);
    const shop = policy.repositories.find(({ name }) => name === 'acme/shop');
    expect((await row('repositories', 'acme/shop'))[0]).toBe(String(shop?.failures));
    const cases = page.getByTestId('changed-cases').locator('ul > li');
    expect(await cases.count()).toBe(report.changed);
    await page.getByTestId('changed-cases').getByText('Better', { exact: true }).click();
    await until(async () => (await cases.count()) === PASSED, 'only those that are better');
    expect(await cases.first().textContent()).toMatch(/attempt 2 went green/i);
    await look('backtest-result', `/backtest/${id}`, 'changed-cases');

    await cases.first().getByRole('link').click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/incidents\/inc_/);
    await page.goto(`${system.services.auditor.url}/backtest`);
    await page.getByTestId('earlier-runs').getByText('done').waitFor();
    expect((await row('earlier-runs', 'done')).slice(-3)).toEqual(
      [PASSED, FAILED_AGAIN, `${policy.totals.minutes} min`].map((value) => `${value}+${value}`),
    );
    expect(complaints).toEqual([]);
  }, 120_000);

  /** The numbers of the row that begins with a label, as they are shown. */
  async function row(table: string, label: string): Promise<string[]> {
    const line = page.getByTestId(table).locator('tbody tr').filter({ hasText: label }).first();
    const cells = await line.locator('td[data-numeric]').allInnerTexts();
    return cells.map((cell) => cell.replaceAll(/\s*\n\s*/g, ''));
  }

  it('a backtest that is not known any more is told as that', async () => {
    await page.goto(`${system.services.auditor.url}/backtest/long-ago`);
    await page.getByTestId('backtest-gone').waitFor();
    complaints.length = 0;
  }, 60_000);

  it('a file that breaks is told, with its line', async () => {
    const { file } = await system.api<{ file: string }>('/v1/policy');
    await page.goto(`${system.services.auditor.url}/policy`);
    await writeFile(file, POLICY.replace('attempts', 'atempts').replace('mode: recommend', 'mode: recomend'));
    await until(
      async () => (await system.api<{ rejected: unknown }>('/v1/policy')).rejected !== null,
      'the auditor has seen it',
    );
    await page.reload();
    const told = page.getByTestId('policy-rejected');
    await told.getByText('did you mean recommend?').waitFor();
    expect(await told.textContent()).toMatch(/Line 3: mode expected/);
    await page.getByTestId('policy-reach').getByText('does nothing by itself').waitFor();
    await shoot(page, 'policy-rejected', { fullPage: false });
    expect(complaints).toEqual([]);
  }, 60_000);
});
