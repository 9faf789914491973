import type { Failure } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import type { Report } from './sources/source.ts';

/** Longest text of the contract, in UTF-16 code units. What stands for a secret may be longer than it. */
const LONGEST = 65_536;
const LONGEST_SENTENCE = 2_048;

/** The report without the secrets in what others wrote: it is going to be stored and shown. */
export function redacted(report: Report): Report {
  switch (report.subject) {
    case 'pipeline.finished':
      return { ...report, data: { ...report.data, ...withoutSecrets(report.data) } };
    case 'pipeline.failed':
      return { ...report, data: { ...report.data, ...withoutSecrets(report.data) } };
    case 'diagnosis.made':
      return { ...report, data: { ...report.data, explanation: clean(report.data.explanation) } };
    case 'watch.ended':
      return { ...report, data: { ...report.data, says: clean(report.data.says).slice(0, LONGEST_SENTENCE) } };
    case 'pipeline.started':
    case 'anomaly.detected':
    case 'action.approved':
    // The reader of test reports takes secrets out: what is cut out of a text must be clean before it is cut.
    case 'tests.reported':
      return report;
  }
}

function withoutSecrets({ error }: { error?: Failure }): { error?: Failure } {
  if (error === undefined) return {};
  return { error: { ...error, message: clean(error.message), stack: clean(error.stack) } };
}

function clean(text: string): string {
  return redact(text).slice(0, LONGEST);
}
