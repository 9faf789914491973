import type { Events, Failure, Job } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import type { Report } from './sources/source.ts';

/** Longest text of the contract, in UTF-16 code units. What stands for a secret may be longer than it. */
const LONGEST = 65_536;
const LONGEST_SENTENCE = 2_048;
const LONGEST_URL = 2_048;
const LONGEST_NAME = 512;
const LONGEST_WORD = 256;

/** The report without the secrets in what others wrote: it is going to be stored and shown. What it is found by (pipeline, repository, run, commit) stays as it is. */
export function redacted(report: Report): Report {
  switch (report.subject) {
    case 'pipeline.started':
      return { ...report, data: { ...report.data, ...ofRun(report.data) } };
    case 'pipeline.finished':
      return { ...report, data: { ...report.data, ...ofEnded(report.data) } };
    case 'pipeline.failed':
      return { ...report, data: { ...report.data, ...ofEnded(report.data) } };
    case 'diagnosis.made':
      return { ...report, data: ofWish(report.data) };
    case 'watch.ended':
      return { ...report, data: { ...report.data, says: clean(report.data.says, LONGEST_SENTENCE) } };
    case 'anomaly.detected':
    case 'action.approved':
    // The reader of test reports takes secrets out: what is cut out of a text must be clean before it is cut.
    case 'tests.reported':
      return report;
  }
}

type Ended = Pick<Events['pipeline.finished'], 'branch' | 'name' | 'url' | 'error' | 'jobs'>;

function ofEnded(ended: Ended): Ended {
  const { error, jobs } = ended;
  return { ...ofRun(ended), jobs: jobs.map(ofJob), ...(error !== undefined && { error: ofError(error) }) };
}

/** Jenkins' addresses can have a user in them, and anybody names a branch or a run. */
function ofRun({ branch, name, url }: Pick<Ended, 'branch' | 'name' | 'url'>) {
  return { branch: clean(branch, LONGEST_NAME), name: clean(name, LONGEST_NAME), url: clean(url, LONGEST_URL) };
}

function ofError(error: Failure): Failure {
  const { message, stack, type } = error;
  return { ...error, message: clean(message), stack: clean(stack), type: clean(type, LONGEST_WORD) };
}

/** A step without a name of its own is called by its command. */
function ofJob(job: Job): Job {
  const { name, url, failedStep, steps } = job;
  return {
    ...job,
    ...{ name: clean(name, LONGEST_NAME), url: clean(url, LONGEST_URL), failedStep: clean(failedStep, LONGEST_NAME) },
    ...(steps !== undefined && { steps: steps.map((step) => ({ ...step, name: clean(step.name, LONGEST_NAME) })) }),
  };
}

function ofWish(wish: Events['diagnosis.made']): Events['diagnosis.made'] {
  return { ...wish, run: { ...wish.run, ...ofRun(wish.run) }, explanation: clean(wish.explanation) };
}

function clean(text: string, longest = LONGEST): string {
  return text === '' ? text : redact(text).slice(0, longest);
}
