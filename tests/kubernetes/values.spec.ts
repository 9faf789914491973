import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { MATRIX, merged } from './matrix.ts';
import { CHART } from './render.ts';
import { leaves, valueRows } from './values-table.ts';

it('every value says what it is', async () => {
  const text = await readFile(join(CHART, 'values.yaml'), 'utf8');
  const rows = new Set(valueRows(text).map(({ path }) => path));
  expect(rows.size).toBeGreaterThan(80);
  expect(leaves(parse(text), rows)).toEqual([...rows]);
});

describe('values.schema.json', () => {
  let isValid: (values: Record<string, unknown>) => string;

  beforeAll(async () => {
    const validate = new Ajv({ allowUnionTypes: true }).compile(
      JSON.parse(await readFile(join(CHART, 'values.schema.json'), 'utf8')),
    );
    const defaults = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'));
    isValid = (values) => (validate(merged(defaults, values)) ? '' : JSON.stringify(validate.errors));
  });

  it('takes every combination', () => {
    for (const { values } of MATRIX) expect(isValid(values)).toBe('');
  });

  it.each`
    values
    ${{ detecter: {} }}
    ${{ detector: { replica: 3 } }}
    ${{ autoscaling: { by: 'both' } }}
    ${{ nats: { replicas: 2 } }}
    ${{ nats: { image: 'nats:latest' } }}
    ${{ postgres: { image: 'postgres' } }}
    ${{ image: { tag: 'latest' } }}
    ${{ nats: { external: { url: 'nats://user:password@a:4222' } } }}
    ${{ remediator: { secrets: { GITHUB_TOKEN: 'ghp_plain' } } }}
    ${{ remediator: { secrets: { GITHUB_APP_ID: { name: 'a', key: 'b' } } } }}
    ${{ cluster: { namespaces: ['Shop'] } }}
    ${{ config: { policy: { mode: 'act', version: 2 } } }}
  `('refuses $values', ({ values }) => {
    expect(isValid(values)).not.toBe('');
  });
});
