import { FakeLoki, type FakeRun } from '@prunella/testing';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { faultsOf } from '../support/accessibility.ts';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { shoot } from '../support/shots.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const ATTACK = `<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>`;
const DECISIVE = 'npm error network request to https://registry.example.org/react failed, reason: connect ETIMEDOUT';
const DESKTOP = { width: 1360, height: 900 };

/** 141 lines; those around the 90th say why. */
const LOG = [
  ...Array.from({ length: 86 }, (_, at) => `added package ${at + 1} of 86: @acme/part-${at + 1}@2.${at}.0`),
  `  resolving ${ATTACK}`,
  'npm http fetch GET https://registry.example.org/react attempt 3 failed',
  'curl: (22) The requested URL returned error: 503 Service Unavailable',
  'npm error code ETIMEDOUT',
  DECISIVE,
  'npm error network This is a problem related to network connectivity.',
  ...Array.from({ length: 48 }, (_, at) => `post step ${at + 1}: saving cache`),
  '##[error]Process completed with exit code 1.',
].join('\n');

// Debian's Chromium is installed by .ci/run; without one there is nothing to look with.
const describeWithBrowser = hasBrowser ? describe : describe.skip;

describeWithBrowser('the page of an incident (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let browser: Browser;
  let loki: FakeLoki;
  let healed: Incident;
  let complaints: string[];
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    [loki, browser] = await Promise.all([FakeLoki.start(), startBrowser()]);
    system = await startSystem({ policy: 'version: 1\nmode: act\n', of: { auditor: { LOKI_URL: loki.url } } });
    // Of another repository: the same failure again would take the heal back.
    await heal('feature/before', 'acme/cart');
    healed = await heal('feature/now');
    const other = system.github.addRun({
      ...{ branch: 'feature/beside', workflow: 'Lint', path: '.github/workflows/lint.yml' },
      jobs: [{ name: 'lint', conclusion: 'failure', failedStep: 'Run lint', log: 'src/cart.ts(3,1): error TS2304' }],
    });
    await system.deliver(other);
    await incidentWith(system, ({ runId, state }) => runId === String(other.id) && state !== 'detected', 'another one');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await loki?.stop();
  });

  beforeEach(() => {
    complaints = [];
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    expect(complaints).toEqual([]);
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...options });
    contexts.push(context);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${system.services.auditor.url}${path}`);
    await page.locator('[data-testid=connection][data-state=live]').waitFor();
    return page;
  }

  /** A run that fails by its network, is run again and passes. */
  async function heal(branch: string, repository = 'acme/shop'): Promise<Incident> {
    const run: FakeRun = system.github.addRun({
      ...{ branch, repository },
      jobs: [{ name: 'build', conclusion: 'failure', failedStep: 'Run npm ci', log: LOG }],
    });
    expect((await system.deliver(run)).status).toBe(202);
    await until(() => system.github.effects.includes(`${repository}#${run.id} -> 2`), 'the rerun');
    system.github.completeRun(run, 'success');
    await system.deliver(run);
    return await incidentWith(system, (one) => one.runId === String(run.id) && one.outcome === 'healed', 'healed');
  }

  it('shows the evidence in the log around it, and nothing of it is run', async () => {
    const page = await open(`/incidents/${healed.id}`);
    const log = page.getByTestId('evidence');
    const decisive = log.locator('[data-decisive]');
    await decisive.waitFor();
    expect(await decisive.textContent()).toMatch(/^\d+Decisive: npm error/);
    expect(await log.locator('mark').first().textContent()).toMatch(/^npm error/);
    // What stands right before it is there, as text.
    await log.getByText(ATTACK).waitFor();
    await log.getByText('npm http fetch GET').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await log.locator('img, script').count()).toBe(0);
    // What is further away is folded, and what was not kept is said.
    expect(await log.getByText('added package 75 of 86').count()).toBe(0);
    await log.getByText(/^lines 1 to \d+ not kept$/).waitFor();
    await log.getByTestId('fold').first().click();
    await log.getByText('added package 75 of 86').waitFor();
    expect(await log.getByTestId('job-link').getAttribute('href')).toMatch(/^https?:\/\//);
    const wrap = log.getByRole('button', { name: 'Break long lines' });
    expect(await wrap.getAttribute('aria-pressed')).toBe('true');
    await wrap.click();
    expect(await wrap.getAttribute('aria-pressed')).toBe('false');
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
  }, 60_000);

  it('shows why, what proves the outcome, what it left, what is like it and what was near it', async () => {
    const page = await open(`/incidents/${healed.id}`);
    await page
      .getByTestId('reasons')
      .getByText(/confidence 0\.\d+/)
      .waitFor();
    const proof = page.getByTestId('proof');
    const step = await proof.getByRole('link', { name: /attempt 2: run ended: success/ }).getAttribute('href');
    expect(await page.locator(`[id="${decodeURIComponent(step?.slice(1) ?? '')}"]`).textContent()).toMatch(/success/);
    expect(await proof.getByTestId('proof-run').getAttribute('href')).toMatch(/^https?:\/\//);
    await page
      .getByTestId('left-debts')
      .getByText(/due in/)
      .waitFor();
    const similar = page.getByTestId('similar');
    await similar.getByText('The last one alike: 1 healed by retry with backoff.').waitFor();
    await similar.getByText(/feature\/before · retry with backoff · the same failure/).waitFor();
    await page
      .getByTestId('near')
      .getByText(/same repository/)
      .first()
      .waitFor();
  }, 60_000);

  it('shows what was logged of its pipeline in the time that is chosen', async () => {
    await until(() => loki.lines.some(({ labels }) => labels['event'] === 'outcome.observed'), 'Loki has it');
    const page = await open(`/incidents/${healed.id}`);
    const logged = page.getByTestId('logged');
    await logged.getByRole('button', { name: 'This incident' }).click();
    const lines = logged.getByLabel('Lines about healing');
    for (const said of [/healing: diagnosed network/, /healing: retry_with_backoff was healed/]) {
      await lines.getByText(said).first().waitFor();
    }
    expect(await faultsOf(page)).toEqual([]);
    await shoot(page, 'logged', { fullPage: false });
    await logged.getByLabel('To (UTC)').fill('2026-01-02T00:00');
    await logged.getByLabel('From (UTC)').fill('2026-01-01T00:00');
    await logged.getByRole('button', { name: 'Show', exact: true }).click();
    await logged.getByText('Nothing was logged in that time.').waitFor();
  }, 60_000);

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['phone', { width: 390, height: 844 }],
  ] as const)('has no serious fault of accessibility, and fits (%s)', async (name, viewport) => {
    const page = await open(`/incidents/${healed.id}`, { viewport, colorScheme: name === 'light' ? 'light' : 'dark' });
    for (const part of ['similar', 'near', 'left-debts', 'evidence']) await page.getByTestId(part).first().waitFor();
    await shoot(page, `incident-${name}`);
    // The phone is dark, too.
    if (name === 'dark') return;
    expect(await faultsOf(page)).toEqual([]);
  });

  it('shows times in the zone of the browser, or in the one that is chosen', async () => {
    const page = await open(`/incidents/${healed.id}`, { timezoneId: 'Asia/Kolkata', locale: 'en-GB' });
    const opened = page.getByTestId('facts').locator('time').first();
    const first = page.getByTestId('step-failed').locator('time');
    expect(await opened.textContent()).toMatch(/ GMT\+5:30$/);
    expect(await first.textContent()).toMatch(/ GMT\+5:30$/);
    const machine = await first.getAttribute('datetime');
    expect(machine).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);

    await page.getByTestId('zone-menu').click();
    await page.getByRole('combobox', { name: 'Time zone' }).fill('utc');
    await page.getByRole('option', { name: 'UTC', exact: true }).click();
    await page.getByTestId('facts').getByText(/ UTC$/).first().waitFor();
    const clock = machine?.slice(11, 19) ?? 'no time';
    expect(await first.textContent()).toContain(`${clock} UTC`);
    expect(await first.getAttribute('datetime')).toBe(machine);
    // It is kept.
    await page.reload();
    await page.getByTestId('facts').getByText(/ UTC$/).first().waitFor();
    await page.getByTestId('zone-menu').click();
    await shoot(page, 'time-zone', { fullPage: false });
  }, 60_000);

  it('is reached and left by the keyboard alone', async () => {
    const page = await open('/');
    await page.getByTestId('needs-you').waitFor();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.getByText('Go to Incidents').waitFor();
    await shoot(page, 'shortcuts', { fullPage: false });
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });

    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByTestId('incident-row').nth(2).waitFor();
    // What is typed into the search does nothing else.
    await page.keyboard.press('/');
    await page.keyboard.type('feature/now g o ?');
    const search = page.getByRole('textbox', { name: 'Search incidents' });
    expect(await search.inputValue()).toBe('feature/now g o ?');
    await page.getByTestId('empty').waitFor();
    for (let n = 0; n < ' g o ?'.length; n += 1) await page.keyboard.press('Backspace');
    await until(async () => (await page.getByTestId('incident-row').count()) === 1, 'the one that is looked for');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    expect(await page.evaluate('getComputedStyle(document.activeElement, "::after").outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.locator(`[data-testid=incident-page][data-incident-id=${healed.id}]`).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByTestId('needs-you').waitFor();

    // By Tab alone, too.
    const focused = () => page.evaluate('document.activeElement?.getAttribute("href")');
    await until(async () => {
      await page.keyboard.press('Tab');
      return (await focused()) === '/incidents';
    }, 'Tab comes to the list');
    await page.keyboard.press('Enter');
    await page.getByTestId('incident-row').first().waitFor();
  }, 60_000);

  it('goes to where it is a part of, when that turns out, and the list shows one of the two', async () => {
    // From here on this spec says what is diagnosed.
    await system.services.diagnoser.stop();
    const run = (runId: string, repository: string) => ({
      ...{ pipelineId: `${runId}-deploy`, platform: 'cd', repository, runId, attempt: 1, kind: 'deployment' as const },
      ...{ name: runId, headSha: '', branch: '', url: '', environment: 'prod' },
    });
    const fail = (incidentId: string, of: ReturnType<typeof run>) =>
      system.bus.publish('pipeline.failed', {
        id: `${incidentId}/failed`,
        data: { ...of, incidentId, placed: true, conclusion: 'failure', jobs: [], metrics: {} } as never,
      });
    const [alert, raw] = [run('the-alert', ''), run('the-raw', 'acme/raw')];
    await fail('inc_alert', alert);
    await fail('inc_raw', raw);
    const [list, page] = [await open('/incidents'), await open('/incidents/inc_raw')];
    await list.locator('[data-incident-id=inc_raw]').waitFor();
    await list.locator('[data-incident-id=inc_alert]').waitFor();
    await page.locator('[data-testid=incident-page][data-incident-id=inc_raw]').waitFor();

    await system.bus.publish('diagnosis.made', {
      id: 'inc_alert/2/diagnosis',
      data: {
        ...{ incidentId: 'inc_alert', run: { ...raw, attempt: 2 }, toldAs: { incidentId: 'inc_raw', attempt: 1 } },
        ...{ cause: 'deploy_failure', domain: 'delivery', confidence: 0.8, prior: 0.8, transient: 0.1 },
        ...{
          action: { type: 'notify_human', parameters: {} },
          decidedBy: 'rule:of-this-spec',
          fingerprint: 'fp_joined',
        },
        ...{ explanation: 'It is one failure.', evidence: [], alternatives: [], metrics: {}, vetoes: [], gaps: [] },
      } as never,
    });
    await list.locator('[data-incident-id=inc_raw]').waitFor({ state: 'detached' });
    await list.getByTestId('joined').getByText('acme/raw the-raw').waitFor();
    await shoot(list, 'joined', { fullPage: false });
    await page.locator('[data-testid=incident-page][data-incident-id=inc_alert]').waitFor();
    await page.getByTestId('joined').getByText('inc_raw').waitFor();
    // So does an address that somebody kept.
    const later = await open('/incidents/inc_raw');
    await later.locator('[data-testid=incident-page][data-incident-id=inc_alert]').waitFor();
    expect(new URL(later.url()).pathname).toBe('/incidents/inc_alert');
  }, 60_000);
});
