import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { amtoolProgram, promtoolProgram } from '@prunella/testing';
import { parse } from 'yaml';
import { dashboards, listedMetrics, metricsIn, OBSERVABILITY, rulesOf, tool } from '../support/observability.ts';

const FILES = ['alerts', 'recording', 'prunella-alerts'];
const [promtool, amtool] = [await promtoolProgram(), await amtoolProgram()];

interface RuleTest {
  alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[];
  promql_expr_test?: { expr: string }[];
}

function testsOf(file: string): RuleTest[] {
  return (parse(readFileSync(join(OBSERVABILITY, `${file}.test.yml`), 'utf8')) as { tests: RuleTest[] }).tests;
}

(promtool === undefined ? describe.skip : describe)('the shipped rules', () => {
  it.each(FILES)('%s are rules, and do what they should', async (file) => {
    expect(await tool(promtool ?? '', ['check', 'rules', `${file}.yml`])).toMatchObject({ code: 0 });
    const tried = await tool(promtool ?? '', ['test', 'rules', `${file}.test.yml`]);
    expect(tried).toEqual({ code: 0, text: expect.stringMatching(/SUCCESS/) });
  });

  it('are loaded by a configuration that Prometheus takes', async () => {
    const checked = await tool(promtool ?? '', ['check', 'config', 'prometheus.yml']);
    expect(checked).toMatchObject({ code: 0, text: expect.stringContaining('3 rule files found') });
  });
});

it.each(['alerts', 'prunella-alerts'])('each rule of %s is tried, firing and not', (file) => {
  const tried = testsOf(file).flatMap(({ alert_rule_test = [] }) => alert_rule_test);
  for (const { alert } of rulesOf(`${file}.yml`)) {
    const own = tried.filter(({ alertname }) => alertname === alert);
    const fires = own.some(({ exp_alerts = [] }) => exp_alerts.length > 0);
    const rests = own.some(({ exp_alerts = [] }) => exp_alerts.length === 0);
    expect({ alert, fires, rests }).toEqual({ alert, fires: true, rests: true });
  }
});

it('alerts on Prunella are marked as such, and say what to do and where to read on', () => {
  const rules = rulesOf('prunella-alerts.yml');
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect({ alert, labels, annotations }).toEqual({
      alert: expect.stringMatching(/^Prunella[A-Z]/),
      labels: { severity: expect.stringMatching(/^(critical|warning|info)$/), about: 'prunella' },
      annotations: {
        summary: expect.stringMatching(/.{20}/),
        description: expect.stringMatching(/.{40}/),
        runbook: expect.stringMatching(/^docs\/guide\/troubleshooting\.md#[a-z-]+$/),
      },
    });
  }
});

it('rules and dashboards speak of metrics that are listed, and of no others', () => {
  const panels = dashboards()
    .flatMap(({ panels }) => panels)
    .filter(({ type }) => type !== 'row' && type !== 'logs');
  const asked = [
    ...FILES.flatMap((file) => rulesOf(`${file}.yml`).map(({ expr }) => expr)),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ];
  const listed = listedMetrics();
  const unknown = new Set(asked.flatMap(metricsIn).filter((name) => !listed.has(name)));
  expect(asked.length).toBeGreaterThan(100);
  expect([...unknown]).toEqual([]);
});

(amtool === undefined ? describe.skip : describe)('the configuration of Alertmanager', () => {
  const config = ['--config.file=alertmanager.yml'];

  it('is one that it takes', async () => {
    expect(await tool(amtool ?? '', ['check-config', 'alertmanager.yml'])).toMatchObject({ code: 0 });
  });

  it.each`
    labels                                                 | receivers
    ${['alertname=SlowBuild', 'action=notify_human']}      | ${'prunella,people'}
    ${['alertname=Anything']}                              | ${'prunella,people'}
    ${['alertname=PrunellaServiceDown', 'about=prunella']} | ${'people'}
  `('sends $labels to $receivers', async ({ labels, receivers }) => {
    const routed = await tool(amtool ?? '', ['config', 'routes', 'test', ...config, ...labels]);
    expect(routed).toEqual({ code: 0, text: expect.stringMatching(new RegExp(`^${receivers}\n`)) });
  });
});
