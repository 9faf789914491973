import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import { parseData, type Subject } from '@prunella/contracts';
import { completed } from '@prunella/core';
import {
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPostgres,
  type TestServer,
} from '@prunella/testing';
import type { Browser, Page } from 'playwright-core';
import { faultsOf, overflowOf } from '../support/accessibility.ts';
import { hasBrowser, startBrowser } from '../support/browser.ts';
import { shoot } from '../support/shots.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const ATTACK = `<img src=x onerror="window.hacked = true">`;
const POLICY = `version: 1
costs: { currency: EUR }
reports:
  byHand: [{ match: { action: retry }, takes: 12m, perHour: 80 }]
`;
const RULE = 'rule:registry-timeout';
const CASES = 84;
/** Of them without an outcome. */
const UNKNOWN_YET = 3;

interface Told {
  subject: Subject;
  id: string;
  source: string;
  time: string;
  data: never;
}

/** Tells of one run that failed `ago` ms ago, as the services would. */
function storyOf(name: string, repository: string, ago: number) {
  const run = (attempt: number) => ({
    ...{ pipelineId: `${repository}/.github/workflows/ci.yml`, platform: 'github', repository, runId: name, attempt },
    ...{ headSha: `sha-${name}`, branch: 'main', name: 'CI', kind: 'run' as const, url: `https://ci.example/${name}` },
  });
  const at = (minutes: number) => new Date(Date.now() - ago + minutes * MINUTE).toISOString();
  const tell = (subject: Subject, minutes: number, data: object): Told => {
    const whole = parseData(subject, JSON.parse(JSON.stringify(data)));
    return {
      ...{ subject, source: 'reports-spec', id: `${name}/${subject}`, time: at(minutes) },
      data: (subject.startsWith('pipeline.') ? completed(whole as never, name) : whole) as never,
    };
  };
  const failed = tell('pipeline.failed', 0, { ...run(1), conclusion: 'failure' });
  const { incidentId } = failed.data as { incidentId: string };
  return { failed, about: { incidentId, run: run(1) }, tell, at };
}

/** A failure, what was done on the word of a rule with a confidence, and how it ended; an empty outcome: not known yet. */
function acted(
  n: number,
  ago: number,
  how: { rule: string; confidence: number; outcome: string; type: string },
): Told[] {
  const { rule, confidence, outcome, type } = how;
  const repository = ['acme/shop', 'acme/search', 'acme/billing-and-invoices'][n % 3] ?? '';
  const cause = ['network', 'service_unavailable'][n % 2];
  const { failed, about, tell, at } = storyOf(`run-${n}`, repository, ago);
  const decided = { ...about, decidedBy: rule, fingerprint: `fp-${repository}-${cause}`, prior: confidence };
  const minutes = 6 + (n % 5);
  const cost = { minutes, money: 0.01 * minutes, currency: 'EUR' };
  return [
    failed,
    tell('diagnosis.made', 1, {
      ...decided,
      cause,
      confidence,
      action: { type },
      explanation: `It timed out ${ATTACK}`,
    }),
    tell('action.executed', 2, {
      ...{ ...decided, cause, confidence, action: { type }, status: 'executed', risk: 'cheap', mode: 'act' },
      ...{ verdict: 'acting', cost },
    }),
    ...(outcome === ''
      ? []
      : [
          tell('outcome.observed', 9, {
            ...decided,
            action: type,
            outcome,
            reason: outcome,
            provenAt: at(8 + (n % 4)),
          }),
        ]),
  ];
}

/** A failure whose cause nobody knows. */
function unknown(seat: number): Told[] {
  const { failed, about, tell } = storyOf(`unknown-${seat}`, 'acme/shop', seat * MINUTE);
  const text = `quux daemon: could not reserve seat ${seat} on pool-a5 ${ATTACK}`;
  return [
    failed,
    tell('diagnosis.made', 0.1, {
      ...{ ...about, cause: 'unknown', confidence: 0.2, action: { type: 'notify_human' }, decidedBy: 'default' },
      ...{ explanation: 'No rule knows it.', fingerprint: 'fp_quux', evidence: [{ line: 7, text, job: 'build' }] },
      alternatives: [{ cause: 'service_unavailable', confidence: 0.3, decidedBy: 'model:1' }],
    }),
  ];
}

/** Three weeks of healing: most of it helped, what was said to be unsure did so less often. */
function past(): Told[] {
  const cases = Array.from({ length: CASES }, (_, n) => {
    const confidence = [0.93, 0.85, 0.74, 0.62][n % 4] ?? 0.5;
    const helps = (n * 37) % 100 < confidence * 100 - 4;
    const bad = n % 17 === 0 ? 'harmful' : n % 13 === 0 ? 'inconclusive' : 'ineffective';
    return acted(n, (n % 21) * DAY + 3 * 3_600_000 + n * MINUTE, {
      ...{ rule: n % 4 === 1 ? RULE : `rule:pool-${n % 4}`, confidence },
      ...{ outcome: n % 29 === 5 ? '' : helps ? 'healed' : bad, type: n % 6 === 3 ? 'wait_for_dependency' : 'retry' },
    });
  });
  return [...cases.flat(), ...unknown(7), ...unknown(12)];
}

const describeWithBrowser = hasBrowser ? describe : describe.skip;

describeWithBrowser('reports and learning in the console (skipped where /usr/bin/chromium is not installed)', () => {
  let servers: TestServer[] = [];
  let auditor: ServiceProcess;
  let browser: Browser;
  let directory: string;
  let complaints: string[];

  // The auditor alone: what others would have done is told.
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'prunella-reports-'));
    const policy = join(directory, 'prunella.yaml');
    await writeFile(policy, POLICY);
    const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
    servers = [nats, postgres];
    const environment = { NATS_URL: nats.url, DATABASE_URL: postgres.url, PRUNELLA_CONFIG: policy, LOG_LEVEL: 'warn' };
    [auditor, browser] = await Promise.all([startServiceProcess('auditor', environment), startBrowser()]);
    const bus = await Bus.connect({ servers: nats.url, name: 'test' });
    for (const { subject, ...event } of past()) await bus.publish(subject, event as never);
    await bus.close();
    await until(async () => {
      const { overall } = await api<Report['effectiveness']>('/v1/reports/effectiveness');
      const { clusters } = await api<{ clusters: { count: number }[] }>('/v1/coverage');
      return overall.total === CASES && overall.pending === UNKNOWN_YET && clusters.some(({ count }) => count === 2);
    }, 'all that was told is recorded');
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await auditor?.stop();
    await Promise.all(servers.map((server) => server.stop()));
    await rm(directory, { recursive: true, force: true });
  });

  async function api<T>(path: string): Promise<T> {
    const response = await fetch(auditor.url + path);
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  beforeEach(() => {
    complaints = [];
  });

  /** @param path of a page with a chart; empty: none yet. */
  async function open(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce', ...options });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    if (path === '') return page;
    await page.goto(`${auditor.url}/${path}`);
    await read(page);
    return page;
  }

  /** Waits until nothing is being read any more, and the charts are drawn. */
  async function read(page: Page): Promise<void> {
    await page.locator('main h1').waitFor();
    const loading = page.locator('main [role=status][aria-label^=Loading]');
    await until(async () => (await loading.count()) === 0, 'the page is read');
    await page.locator('figure svg.recharts-surface').first().waitFor();
  }

  it('reports show the numbers of the API, over the range of the address', async () => {
    const page = await open('reports?range=30d&by=repository');
    // What the page asked for is asked again: a range that ends now never ends at the same time twice.
    const link = page.getByRole('button', { name: 'Copy link' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await link.click();
    const shared = new URL(await page.evaluate<string>('navigator.clipboard.readText()'));
    const query = `from=${shared.searchParams.get('from')}&to=${shared.searchParams.get('to')}`;
    const report = await api<Report>(`/v1/reports/summary?${query}`);
    const { overall } = report.effectiveness;
    expect(overall.total).toBe(CASES);
    const shown = async (id: string) => await page.getByTestId(id).textContent();
    expect(await shown('success-rate')).toBe(`${Math.round((overall.successRate ?? 0) * 100)}%`);
    expect(await shown('healed')).toBe(String(overall.successful));
    expect(await shown('opened')).toBe(String(report.incidents.opened));
    for (const action of report.effectiveness.actions) {
      const row = page
        .getByTestId('effectiveness')
        .locator('tbody tr')
        .filter({ hasText: LABELS[action.action] ?? '?' });
      expect(await row.locator('td').nth(2).textContent()).toBe(String(action.total));
      expect(await row.locator('td').nth(3).textContent()).toBe(String(action.successful));
    }
    const costs = await api<Costs>(`/v1/reports/costs?by=repository&${query}`);
    for (const { key, actions, healed: count } of costs.items) {
      const row = page.getByTestId('costs').locator('tbody tr').filter({ hasText: key });
      expect(await row.locator('td').nth(1).textContent()).toBe(String(actions));
      expect(await row.locator('td').nth(2).textContent()).toBe(String(count));
    }
    expect(await shown('uplift-says')).toMatch(/^Not enough/);
    expect(await page.getByTestId('root-causes').locator('tbody tr').count()).toBe(report.rootCauses.items.length);
    // The chart says the same in a table, and in a sentence.
    const figure = page.locator('figure').first();
    await figure.getByText('The numbers').click();
    const cells = await figure.locator('tbody tr td:nth-child(2)').allTextContents();
    expect(cells.reduce((sum, cell) => sum + Number(cell), 0)).toBe(overall.successful);
    expect(await figure.getByRole('img').first().getAttribute('aria-label')).toContain(
      `${overall.successful} of ${CASES} actions healed`,
    );

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.getByRole('button', { name: 'Download' }).click();
        await page.getByRole('menuitem', { name: /^Markdown/ }).click();
      })(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^prunella-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.md$/);
    expect(await readFile(await download.path(), 'utf8')).toContain(`${overall.successful} healed`);
    expect(await page.evaluate('window.hacked')).toBeUndefined();

    // Another range is another address, and other numbers.
    await page.getByText('24 h', { exact: true }).click();
    await page.waitForURL(/range=24h/);
    await until(async () => (await shown('healed')) !== String(overall.successful), 'the numbers of a day');
    await page.getByText('Dates', { exact: true }).click();
    await page.waitForURL(/from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d/);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('the reliability is that of the API, and evidence opens below its rule', async () => {
    const page = await open('learning');
    const reliability = await api<{ cases: number; brier: number }>('/v1/confidence/reliability');
    expect(await page.getByTestId('reliability-cases').textContent()).toBe(String(reliability.cases));
    expect(await page.getByTestId('brier').textContent()).toBe(reliability.brier.toFixed(3));
    await page.getByTestId('learnt').getByRole('button', { name: RULE }).first().click();
    await page.getByTestId('evidence').getByText('others, for the same cause').waitFor();
    expect(new URL(page.url()).searchParams.get('rule')).toMatch(/^rule:registry-timeout /);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('a demotion and a promotion in the browser hold in the API, and are told there', async () => {
    const page = await open('learning');
    const row = page.getByTestId('learnt').locator('tr').filter({ hasText: RULE }).filter({ hasText: 'Wait for' });
    const standing = async () => {
      const { items } = await api<{ items: Learned[] }>('/v1/confidence');
      return items.find((item) => item.decidedBy === RULE && item.action === 'wait_for_dependency');
    };
    const change = async (verb: string, why: string) => {
      await row.getByRole('button', { name: verb }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Your name').fill('ada');
      await dialog.getByLabel('Why').fill(why);
      await dialog.getByRole('button', { name: verb }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.getByTestId('standing-changes').getByText(why).waitFor();
      await row.getByText(why).waitFor();
      expect(await api('/v1/changes?limit=1')).toMatchObject({
        items: [{ who: 'ada', reason: why, what: 'POST /v1/confidence/standing', status: 200 }],
      });
    };
    await change('Demote', 'the mirror is down this week');
    expect(await standing()).toMatchObject({ standing: 'demoted', pinned: true, why: 'the mirror is down this week' });
    await change('Promote', 'the mirror is back');
    expect(await standing()).toMatchObject({ standing: 'trusted', pinned: true });
    await change('Let it learn', 'its outcomes decide again');
    expect(await standing()).toMatchObject({ pinned: false });
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it('a rule is drafted from what no rule knows, as the CLI would, and runs nothing of the log', async () => {
    const page = await open('learning');
    const row = page.getByTestId('unknown').locator('tr').filter({ hasText: 'quux daemon' });
    await row.getByRole('button', { name: 'Draft a rule' }).click();
    const dialog = page.getByRole('dialog', { name: 'A rule for these failures' });
    await dialog.getByLabel('Their cause').selectOption('service_unavailable');
    const draft = dialog.getByTestId('draft');
    await draft.getByText('cause: service_unavailable').waitFor();
    const yaml = (await draft.textContent()) ?? '';
    expect(yaml).toContain('quux daemon: could not reserve seat');
    const id = new URL(page.url()).searchParams.get('draft') ?? '';
    const told = await api<{ yaml: string }>(`/v1/coverage/clusters/${id}/draft?cause=service_unavailable`);
    expect(yaml).toBe(told.yaml);
    await dialog.getByText('prunella rules test').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await shoot(page, 'draft-light', { fullPage: false });
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  it.each([
    ['light', { width: 1360, height: 900 }, 'light'],
    ['dark', { width: 1360, height: 900 }, 'dark'],
    ['phone', { width: 390, height: 844 }, 'light'],
  ] as const)(
    'fit and have no serious fault of accessibility (%s)',
    async (name, viewport, colorScheme) => {
      const faults: unknown[] = [];
      const page = await open('', { viewport, colorScheme });
      for (const path of ['reports?range=30d', 'learning?rule=rule:registry-timeout%20retry']) {
        await page.goto(`${auditor.url}/${path}`);
        await read(page);
        const what = path.split('?')[0];
        await shoot(page, `${what}-${name}`);
        // The elements of a phone's pages are looked at by pages.spec.ts.
        if (name === 'phone') expect(await overflowOf(page)).toBe(0);
        else faults.push(...(await faultsOf(page)).map((fault) => [what, fault]));
      }
      await page.close();
      expect(faults).toEqual([]);
      expect(complaints).toEqual([]);
    },
    60_000,
  );
});

const LABELS: Record<string, string> = { retry: 'Retry', wait_for_dependency: 'Wait for dependency' };

interface Learned {
  decidedBy: string;
  action: string;
  standing: string;
  pinned: boolean;
  why: string | null;
}

interface Report {
  incidents: { opened: number };
  effectiveness: {
    overall: { total: number; successful: number; pending: number; successRate: number | null };
    actions: { action: string; total: number; successful: number }[];
  };
  rootCauses: { items: unknown[] };
}

interface Costs {
  items: { key: string; actions: number; healed: number }[];
}
