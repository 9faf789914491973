import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DASHBOARDS, dashboards, OBSERVABILITY, type Panel } from '../support/observability.ts';

/** As Grafana 11 and 12 have them: `@grafana/schema`, and the ids of value formats in `@grafana/data`. */
const TYPES = ['row', 'timeseries', 'stat', 'bargauge', 'table', 'heatmap', 'logs'];
const UNITS = ['short', 'percentunit', 's', 'bytes', 'eps', 'reqps'];
const OLDEST_SCHEMA = 39;
const COLUMNS = 24;

it('are all found by the provisioning, with data sources that are provisioned', () => {
  const provider = parse(readFileSync(join(OBSERVABILITY, 'grafana/provisioning/dashboards/prunella.yml'), 'utf8'));
  expect(provider).toMatchObject({ apiVersion: 1, providers: [{ options: { path: '/var/lib/grafana/dashboards' } }] });
  const sources = parse(readFileSync(join(OBSERVABILITY, 'grafana/provisioning/datasources/prunella.yml'), 'utf8'));
  const types: string[] = sources.datasources.map(({ type }: { type: string }) => type);
  expect(types).toEqual(expect.arrayContaining(['prometheus', 'loki']));
  expect(readdirSync(DASHBOARDS).every((name) => name.endsWith('.json'))).toBe(true);
  const uids = dashboards().map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
});

describe.each(dashboards().map((dashboard) => ({ dashboard, title: dashboard.title })))('$title', ({ dashboard }) => {
  const { panels } = dashboard;

  it('is a dashboard that Grafana 11 can read, and leads to the console and to the docs', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(OLDEST_SCHEMA);
    expect(dashboard).not.toHaveProperty('id');
    const urls = JSON.stringify(dashboard.links);
    for (const part of ['$' + '{console}/', '$' + '{docs}/guide/']) expect(urls).toContain(part);
    const variables = dashboard.templating.list.map(({ name }) => name);
    expect(variables).toEqual(expect.arrayContaining(['datasource', 'console', 'docs']));
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?(?!__)(\w+)/g)].map(([, name]) => name);
    for (const name of used) expect(variables).toContain(name);
  });

  it('has panels that each have an id, a place of their own, and a known type and unit', () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, title, fieldConfig } of panels) {
      expect(TYPES).toContain(type);
      if (type !== 'row') expect([title, UNITS.includes(fieldConfig.defaults.unit)]).toEqual([title, true]);
    }
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(COLUMNS);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, taken.get(`${x} ${y}`)]).toEqual([title, undefined]);
          taken.set(`${x} ${y}`, title);
        }
      }
    }
  });

  it('says of each panel what it is, and asks the data source that was chosen', () => {
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect([panel.title, panel.description.length > 10]).toEqual([panel.title, true]);
      expect([panel.title, panel.targets.length > 0]).toEqual([panel.title, true]);
      for (const { datasource, refId } of [panel, ...panel.targets] as (Panel & { refId?: string })[]) {
        const wanted = panel.type === 'logs' ? 'loki' : 'datasource';
        expect([panel.title, datasource.uid, refId]).toEqual([panel.title, `$\{${wanted}}`, refId]);
      }
      const refs = panel.targets.map(({ refId }) => refId);
      expect(new Set(refs).size).toBe(refs.length);
    }
  });
});
