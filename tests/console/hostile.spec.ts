import type { Events } from '@prunella/contracts';
import { type ServiceProcess, startServiceProcess } from '@prunella/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/** Each sets `window.hacked` or opens a dialog when it is run. */
const PAYLOADS = [
  '<img src=x onerror="window.hacked=1">',
  '<script>window.hacked=1</script>',
  '"><svg/onload=window.hacked=1>',
  "'-alert(1)-'",
  '</script><script>window.hacked=1</script>',
  '<iframe srcdoc="<script>parent.hacked=1</script>">',
  '<a href="javascript:window.hacked=1">click</a>',
  '[click](javascript:window.hacked=1)',
  '<style>@import "//evil.example/x.css"</style>',
  '{{constructor.constructor("window.hacked=1")()}}',
];
const ATTACK = PAYLOADS.join(' ');
const REVERSED = 'release\u202egnp.live';
const ANSI = '\u001b[31mred\u001b[0m\u001b]8;;javascript:window.hacked=1\u0007link\u001b]8;;\u0007';
/** Pages with lists of what others wrote. The others show our own words, names from the policy, and numbers. */
const PATHS = ['', 'incidents', 'approvals', 'tests'];

// Debian's Chromium is installed by .ci/run; without one there is nothing to look with.
const describeWithBrowser = hasBrowser ? describe : describe.skip;

describeWithBrowser('what others wrote (skipped where /usr/bin/chromium is not installed)', () => {
  let system: System;
  let playground: ServiceProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What should not happen: scripts that ran, requests to others, what the policy of our pages had to stop, errors. */
  let faults: string[];

  beforeAll(async () => {
    [system, browser] = await Promise.all([startSystem({ policy: 'version: 1\nmode: approve\n' }), startBrowser()]);
    playground = await startServiceProcess('playground', { NATS_URL: system.nats.url, PLAYGROUND_QUIET: '1' });
    await seed();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await playground?.stop();
    await system?.stop();
  });

  beforeEach(async () => {
    faults = [];
    context = await browser.newContext({ viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce' });
    await context.exposeFunction('tellTheTest', (what: string) => faults.push(what));
    await context.addInitScript(`
      addEventListener('securitypolicyviolation', (event) => tellTheTest('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
      Object.defineProperty(window, 'hacked', { set: () => tellTheTest('a script ran') });
    `);
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('dialog', (dialog) => {
      faults.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    const ours = [system.services.auditor.url, playground.url].map((url) => new URL(url).origin);
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && !ours.includes(origin)) faults.push(`asked ${request.url()}`);
    });
  });

  afterEach(() => context.close());

  /** By webhook with a log and annotations, and by the bus, where nobody has looked at it before. */
  async function seed(): Promise<void> {
    const log = [`Run ${ATTACK}`, ANSI, `npm error code ETIMEDOUT ${ATTACK}`, REVERSED, 'x'.repeat(300_000)].join('\n');
    const run = system.github.addRun({
      ...{ branch: `${REVERSED}<b>`, workflow: ATTACK, actor: PAYLOADS[0] as string },
      jobs: [{ name: ATTACK, conclusion: 'failure', failedStep: ATTACK, log, annotations: [ATTACK, REVERSED] }],
    });
    expect((await system.deliver(run)).status).toBe(202);
    const said = {
      ...{ pipelineId: ATTACK, platform: PAYLOADS[2], repository: ATTACK.slice(0, 500), runId: ATTACK.slice(0, 200) },
      ...{ branch: REVERSED, headSha: PAYLOADS[1], name: ATTACK, url: 'javascript:window.hacked=1', actor: ATTACK },
      error: { type: PAYLOADS[0], message: `Connection timed out ${ATTACK}\n${ANSI}\n${REVERSED}`, stack: ATTACK },
      environment: PAYLOADS[3],
    };
    await system.bus.publish('pipeline.failed', {
      ...{ id: 'hostile-1', source: PAYLOADS[0] as string },
      data: said as unknown as Events['pipeline.failed'],
    });
    const totals = { tests: 1, passed: 0, failed: 1, errors: 0, skipped: 0, durationMs: 10 };
    const report = {
      run: { pipelineId: 'ci', platform: 'github', repository: 'acme/shop', runId: '1', attempt: 1, headSha: 'c0ffee' },
      ...{ incidentId: '', reportId: 'rep_1', part: 1, parts: 1, reportedAt: new Date().toISOString(), job: ATTACK },
      ...{ totals, notable: [{ name: ATTACK, classname: REVERSED, status: 'failed', durationMs: 1, message: ATTACK }] },
    };
    await system.bus.publish('tests.reported', { id: 'hostile-2', data: report as never });
    const wish = {
      test: ATTACK.slice(0, 300),
      repository: 'acme/shop',
      owner: PAYLOADS[0],
      reason: ATTACK,
      by: ATTACK,
    };
    const added = await fetch(`${system.services.auditor.url}/v1/quarantine`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...wish, by: PAYLOADS[0] }),
    });
    expect([added.status, await added.text()]).toEqual([200, expect.any(String)]);
    await until(async () => (await system.incidents()).length === 2, 'both incidents');
    for (const repository of ['acme/shop', said.repository]) {
      await incidentWith(system, (one) => one.repository === repository && one.state !== 'detected', repository);
    }
  }

  /** Nothing of it became a part of the page: no element, no address that runs something. */
  async function expectTextOnly(where: string): Promise<void> {
    const found = await page.evaluate(`[...document.querySelectorAll('*')].flatMap((element) => {
      const names = element.getAttributeNames();
      const runs = names.some((name) => name.startsWith('on') || /^\\s*(javascript|data:text)/i.test(element.getAttribute(name)));
      const isOurs = element.localName !== 'script' || element.src.startsWith(location.origin + '/');
      return runs || !isOurs || ['iframe', 'object', 'embed', 'base'].includes(element.localName) ? [element.outerHTML.slice(0, 200)] : [];
    })`);
    expect([where, found, faults]).toEqual([where, [], []]);
    const text = (await page.evaluate('document.body.innerText')) as string;
    expect([where, text.includes('\u202e')]).toEqual([where, false]);
  }

  async function open(path: string): Promise<void> {
    await page.goto(`${system.services.auditor.url}/${path}`);
    await page.locator('[data-testid=connection][data-state=live]').waitFor();
    const loading = page.locator('main [role=status][aria-label^=Loading]');
    await until(async () => (await loading.count()) === 0, `${path} is read`);
  }

  it('is text in every list', async () => {
    for (const path of PATHS) {
      await open(path);
      // An empty page would prove nothing.
      await page.getByText('onerror=').first().waitFor();
      await expectTextOnly(path);
    }
  }, 120_000);

  it('is text on the pages of incidents, where it is shown as it is, with its marks of direction', async () => {
    const incidents = await system.incidents();
    for (const { id, repository } of incidents) {
      await open(`incidents/${id}`);
      await page.getByTestId('incident-page').waitFor();
      for (const fold of await page.getByTestId('fold').all()) await fold.click();
      await expectTextOnly(repository);
      const text = (await page.evaluate('document.body.innerText')) as string;
      expect(text).toContain('<img src=x onerror="window.hacked=1">');
      expect(text).toContain('release⟨U+202E⟩gnp.live');
      expect(await page.getByTestId('run-link').count()).toBe(repository === 'acme/shop' ? 1 : 0);
      expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
    }
    expect(incidents).toHaveLength(2);
  }, 120_000);

  it('in an address is not run either', async () => {
    for (const path of [`incidents/${encodeURIComponent(ATTACK)}`, `incidents?q=${encodeURIComponent(ATTACK)}`]) {
      await page.goto(`${system.services.auditor.url}/${path}`);
      await page.locator('main :is(h1, h2)').first().waitFor();
      // That it is not there is no fault of the page.
      faults = faults.filter((fault) => !/404|400/.test(fault));
      await expectTextOnly(path);
    }
  }, 60_000);

  it('would be stopped by the policy of the page if it ever got into it', async () => {
    await open('incidents');
    await page.evaluate(`(() => {
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 1';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(PAYLOADS[0])});
      const far = document.createElement('script');
      far.src = 'https://evil.example/x.js';
      document.body.append(far);
    })()`);
    await until(() => faults.filter((fault) => fault.startsWith('policy: script-src')).length >= 3, 'it is stopped');
    expect(faults.filter((fault) => /ran|dialog/.test(fault))).toEqual([]);
  }, 60_000);

  it("is text on the playground's page, which may run nothing", async () => {
    const response = await page.goto(playground.url);
    expect(response?.headers()['content-security-policy']).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    const noScripts = await page.evaluate('document.scripts.length');
    expect([noScripts, faults.filter((fault) => !fault.includes('favicon'))]).toEqual([0, []]);
  }, 60_000);
});
