import { parseData } from '@prunella/contracts';
import { redacted } from './redacted.ts';
import type { Report } from './sources/source.ts';

const TOKEN = `ghp_${'a1B2'.repeat(9)}`;
const about = { id: 'e', source: 's' };

function reports(text: string): Report[] {
  const error = { message: text, stack: text, type: text.slice(0, 200) };
  const short = text.slice(0, 500);
  const run = { pipelineId: 'p', branch: short, name: short, url: short };
  const job = { name: short, failedStep: short, url: short, steps: [{ name: short }] };
  const failure = { ...run, conclusion: 'failure', error, jobs: [job] };
  return [
    { ...about, subject: 'pipeline.started', data: parseData('pipeline.started', run) },
    { ...about, subject: 'pipeline.finished', data: parseData('pipeline.finished', failure) },
    { ...about, subject: 'pipeline.failed', data: parseData('pipeline.failed', failure) },
    {
      ...about,
      subject: 'diagnosis.made',
      data: parseData('diagnosis.made', {
        incidentId: 'inc_1',
        run,
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
  it('takes user and password out of addresses, which stay addresses', () => {
    const url = 'https://ci:hunter2hunter2@jenkins.example/job/shop/7/';
    const data = parseData('pipeline.started', { pipelineId: 'p', url });
    const report = redacted({ ...about, subject: 'pipeline.started', data });
    expect(report.data).toMatchObject({
      url: expect.stringMatching(/^https:\/\/.*@jenkins\.example\/job\/shop\/7\/$/),
    });
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });

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
