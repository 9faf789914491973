import fc from 'fast-check';
import type { RootCauseReport } from '../api/answers/root-causes.ts';
import { reportMarkdown } from './markdown.ts';

const report = (what: string, owner: string): RootCauseReport => ({
  ...{ from: '2026-11-01T00:00:00.000Z', to: '2026-11-08T00:00:00.000Z', atLeast: 3 },
  items: [
    {
      ...{ what, owner, fix: 'Mend it.', count: 3, before: 1, trend: 'rising', minutes: 4.25, platform: 'github' },
      ...{ firstAt: '2026-11-02T00:00:00.000Z', lastAt: '2026-11-03T00:00:00.000Z', repository: 'a/b', target: 't' },
      ...{ money: [{ currency: 'EUR', amount: 1 }], pipelineId: 'p', name: 'CI', workload: '', fingerprint: '' },
      ...{ cause: 'network', decidedBy: 'rule:x', actions: ['retry'], incidentIds: ['inc-1'] },
    },
  ],
});

it('is headings, sentences and tables', () => {
  expect(reportMarkdown.rootCauses(report('CI fails', 'payments')).split('\n')).toEqual([
    '# Root causes to fix',
    '',
    'From 2026-11-01T00:00:00.000Z to 2026-11-08T00:00:00.000Z.',
    '',
    'What was healed 3 times or more: healing it is no repair.',
    '',
    '| what | times | trend | cost | owner | what to do | e.g. |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    '| CI fails | 3 (before: 1) | rising | 4.3 min (1.00 EUR) | payments | Mend it. | inc-1 |',
    '',
  ]);
});

it('is not changed in its shape by whatever others named', () => {
  const shape = (text: string) => {
    const lines = reportMarkdown.rootCauses(report(text, text)).split('\n');
    return [lines.length, ...lines.map((line) => line.split('|').length)];
  };
  const usual = shape('x');
  const nasty = fc.string({
    unit: fc.constantFrom('|', '\\', '`', '<', '\n', '\r', '#', '[', '](http://x)', '\u2028', 'a', ' ', '@b'),
  });
  fc.assert(
    fc.property(nasty, (text) => expect(shape(text)).toEqual(usual)),
    { numRuns: 300 },
  );
});
