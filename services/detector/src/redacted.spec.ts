import { parseData } from '@prunella/contracts';
import { redacted } from './redacted.ts';
import type { Report } from './sources/source.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const about = { id: 'e', source: 's' };

function reports(text: string): Report[] {
  const failure = { pipelineId: 'p', conclusion: 'failure', error: { message: text, stack: text } };
  return [
    { ...about, subject: 'pipeline.finished', data: parseData('pipeline.finished', failure) },
    { ...about, subject: 'pipeline.failed', data: parseData('pipeline.failed', failure) },
    {
      ...about,
      subject: 'diagnosis.made',
      data: parseData('diagnosis.made', {
        incidentId: 'inc_1',
        run: { pipelineId: 'p' },
        cause: 'unknown',
        action: { type: 'retry' },
        decidedBy: 'request:x',
        explanation: text,
        fingerprint: 'fp_1',
      }),
    },
  ];
}

describe('redacted', () => {
  it.each(reports(`clone with ${TOKEN} failed`))('takes the secret out of $subject', (report) => {
    const text = JSON.stringify(redacted(report));
    expect(text).not.toContain(TOKEN);
    expect(text).toContain('clone with');
  });

  it.each(reports('password=abc\n'.repeat(5_041)))('leaves $subject within the contract', (report) => {
    expect(() => parseData(report.subject, redacted(report).data)).not.toThrow();
  });

  it('leaves a failure without words alone', () => {
    const report: Report = {
      ...about,
      subject: 'pipeline.failed',
      data: parseData('pipeline.failed', { pipelineId: 'p' }),
    };
    expect(redacted(report)).toEqual(report);
  });
});
