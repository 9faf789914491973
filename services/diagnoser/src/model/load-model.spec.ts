import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtinModel, encodeModel } from '@prunella/model';
import { loadModel } from './load-model.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prunella-model-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('loadModel', () => {
  it('is the built-in one when none is named', () => {
    expect(loadModel(undefined)).toMatchObject({ model: { version: builtinModel().version } });
  });

  it('reads the one that is named', () => {
    const file = join(folder, 'ours.model');
    writeFileSync(file, encodeModel({ ...builtinModel(), version: 'ours-7' }));
    expect(loadModel(file).model?.version).toBe('ours-7');
    expect(loadModel(file).problem).toBeUndefined();
  });

  it.each([
    ['is not there', undefined],
    ['is empty', ''],
    ['is something else', 'PK\u0003\u0004 nothing of ours'],
  ])('falls back when the named one %s, and says so', (_name, content) => {
    const file = join(folder, 'broken.model');
    if (content !== undefined) writeFileSync(file, content);
    const { model, problem } = loadModel(file);
    expect(model?.version).toBe(builtinModel().version);
    expect(problem).toContain('PRUNELLA_MODEL');
  });
});
