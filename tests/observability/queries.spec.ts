import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeLoki, prometheusProgram, startTestPrometheus, type TestServer, WebApp } from '@prunella/testing';
import { dashboards, metricsIn, OBSERVABILITY, rulesOf } from '../support/observability.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/** Everything that dashboards and rules ask, asked of a real Prometheus that scrapes the real services after they healed something. */

/** What this small world has not: why a query about it may stay without an answer. All others must have one. */
const NOT_HERE: Readonly<Record<string, string>> = {
  detector_watches_total: 'no deployment is watched',
  detector_check_breaches_total: 'no check is breached',
  detector_probes_total: 'no dependency is named',
  detector_kubernetes_findings_total: 'there is no cluster',
  detector_kubernetes_watch_restarts_total: 'there is no cluster',
  detector_kubernetes_last_event_age_seconds: 'there is no cluster',
  detector_test_reports_total: 'no run leaves a report behind',
  detector_backfill_runs_total: 'no webhook is lost',
  detector_backfill_polls_total: 'the first round comes later',
  detector_backfill_last_success_timestamp_seconds: 'the first round comes later',
  diagnoser_gather_gaps_total: 'everything could be read',
  prunella_anomalies_total: 'nothing is known to be usual',
  prunella_message_redeliveries_total: 'nothing has to be delivered again',
  prunella_provider_rate_limit_remaining: 'the fake of GitHub has no limit',
  prunella_success_ratio: 'it is worked out every five minutes',
  prunella_calibration_error_ratio: 'it is worked out every five minutes',
  prunella_uplift_ratio: 'there are fewer than ten cases',
};
const LOG = [
  '2026-01-01T00:00:00.0000000Z npm error code ETIMEDOUT',
  '2026-01-01T00:00:01.0000000Z npm error network request to https://registry.npmjs.org/react failed, reason: connect ETIMEDOUT 104.16.1.34:443',
  '2026-01-01T00:00:02.0000000Z ##[error]Process completed with exit code 1.',
].join('\n');
const POLICY = `
version: 1
mode: act
budgets:
  - { name: daily, per: repository, within: 1d, actions: 50 }
`;

const program = await prometheusProgram();

interface Answer {
  status: string;
  error?: string;
  data?: { result: unknown[] };
}

(program === undefined ? describe.skip : describe)('what dashboards and rules ask', () => {
  let system: System;
  let app: WebApp;
  let loki: FakeLoki;
  let prometheus: TestServer;

  beforeAll(async () => {
    [app, loki] = await Promise.all([WebApp.start('web'), FakeLoki.start()]);
    // Outcomes are looked after every quarter of this.
    system = await startSystem({
      policy: POLICY,
      of: { auditor: { LOKI_URL: loki.url, PRUNELLA_SETTLE_WITHIN: '8s' } },
    });
    prometheus = await startTestPrometheus(program ?? '', config(), await ruleFiles());
    await heal('one');
    // A series that is there at once with all that it will ever count does not increase; these two do not begin with nought.
    for (const counter of ['cicd_build_success_total', 'healing_action_duration_seconds_count']) {
      await until(async () => (await ask(counter)).data?.result.length, `${counter} was scraped`);
    }
    await heal('two');
    system.bus.nats.publish('pipeline.failed', 'garbage');
  }, 180_000);

  afterAll(async () => {
    await system?.stop();
    await Promise.all([prometheus?.stop(), app?.stop(), loki?.stop()]);
  });

  async function heal(branch: string): Promise<void> {
    const { github } = system;
    const before = github.effects.length;
    const run = github.addRun({ branch, jobs: [{ name: 'build', conclusion: 'failure', log: LOG }] });
    await system.deliver(run);
    await until(() => github.effects.length > before, `the rerun of ${branch}`, 60_000);
    github.completeRun(run, 'success');
    await system.deliver(run);
    await incidentWith(system, (one) => one.runId === String(run.id) && one.outcome === 'healed', `${branch} healed`);
  }

  function config(): string {
    const services = Object.entries(system.services).map(([service, { url }]) => ({
      targets: [new URL(url).host],
      labels: { service },
    }));
    const web = { targets: [`127.0.0.1:${app.port}`], labels: { environment: 'production' } };
    return JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml', 'recording.yml', 'prunella-alerts.yml'],
      scrape_configs: [
        { job_name: 'prunella', static_configs: services },
        { job_name: 'web', static_configs: [web] },
      ],
    });
  }

  async function ruleFiles(): Promise<Record<string, string>> {
    const names = ['alerts.yml', 'recording.yml', 'prunella-alerts.yml'];
    const texts = names.map((name) => readFile(join(OBSERVABILITY, name), 'utf8'));
    return Object.fromEntries(
      (await Promise.all(texts)).map((text, n) => [names[n], text.replaceAll(/interval: \d+m/g, 'interval: 1s')]),
    );
  }

  async function ask(query: string): Promise<Answer> {
    const response = await fetch(`${prometheus.url}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query }),
    });
    return (await response.json()) as Answer;
  }

  const isExcused = (query: string) => metricsIn(query).some((name) => name in NOT_HERE);

  /** Those of the queries that are wrong, or that have no answer and no excuse. */
  async function unanswered(queries: readonly string[]): Promise<string[]> {
    const answers = await Promise.all(queries.map(async (query) => ({ query, answer: await ask(query) })));
    return answers.flatMap(({ query, answer: { status, error, data } }) => {
      if (status !== 'success') return [`${query}: ${error}`];
      return (data?.result ?? []).length > 0 || isExcused(query) ? [] : [`${query}: no data`];
    });
  }

  async function expectAnswers(queries: readonly string[]): Promise<void> {
    let left: string[] = [];
    await until(
      async () => {
        left = await unanswered(queries);
        return left.length === 0;
      },
      'all answered',
      60_000,
    ).catch(() => undefined);
    expect(left).toEqual([]);
  }

  it.each(dashboards().map((dashboard) => [dashboard.title, dashboard] as const))(
    '%s: each panel',
    async (_, { panels }) => {
      const asked = panels.filter(({ type }) => type !== 'row' && type !== 'logs').flatMap(({ targets }) => targets);
      // ALERTS: whatever fires; nothing does, if all is well.
      await expectAnswers(asked.map(({ expr }) => filled(expr)).filter((query) => !query.startsWith('ALERTS')));
    },
    90_000,
  );

  it('each recording rule records, and each alert is evaluated', async () => {
    await expectAnswers(rulesOf('recording.yml').map(({ record }) => record));
    const { data } = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    const ours = ['alerts.yml', 'recording.yml', 'prunella-alerts.yml'].flatMap(rulesOf);
    expect(rules.map(({ name }) => name).sort()).toEqual(ours.map(({ alert, record }) => alert || record).sort());
  }, 90_000);

  it('S35: builds succeed by half, a retry was done and took a time, and the web has no errors', async () => {
    const value = async (query: string) =>
      Number((((await ask(query)).data?.result[0] ?? {}) as { value?: [number, string] }).value?.[1]);
    expect(await value('sum(cicd_build_success_total) / sum(cicd_build_total)')).toBe(0.5);
    expect(await value('sum(healing_actions_total{action_type="retry_with_backoff"})')).toBe(2);
    const [panel] = dashboards()
      .flatMap(({ panels }) => panels)
      .filter(({ title }) => title === 'p95 of how long actions take');
    expect(await value(filled(panel?.targets[0]?.expr ?? ''))).toBeGreaterThan(0);
    expect(loki.lines.map(({ labels }) => labels['event'])).toEqual(
      expect.arrayContaining(['action.executed', 'outcome.observed']),
    );
  });
});

/** As Grafana would ask it, with everything chosen. */
function filled(expression: string): string {
  return expression
    .replaceAll(/\$(?:__rate_interval|__interval|__range)/g, '10m')
    .replaceAll(/"\$(?:repository|service|environment)"/g, '".*"');
}
