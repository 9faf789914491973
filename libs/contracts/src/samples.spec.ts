import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMessage, writeMessage } from './envelope.ts';
import { isSubject, type Subject } from './events.ts';
import { ContractViolation } from './violation.ts';

/** `good.<what it shows>.json` is read; `bad.<field>.<what is wrong>.json` is refused by that field (`message`: as a whole). */
const ROOT = join(import.meta.dirname, '../../../proto/samples');
const TRANSPORT = { id: 'PRUNELLA/1/1', source: 'nats' };

interface Sample {
  subject: Subject;
  file: string;
  bytes: Uint8Array;
}

function samples(verdict: 'good' | 'bad'): Sample[] {
  return readdirSync(ROOT).flatMap((subject) => {
    if (!isSubject(subject)) throw new Error(`proto/samples/${subject} is named after no subject`);
    return readdirSync(join(ROOT, subject))
      .filter((file) => file.startsWith(`${verdict}.`))
      .map((file) => ({ subject, file, bytes: readFileSync(join(ROOT, subject, file)) }));
  });
}

function read(sample: Sample) {
  return readMessage(sample.subject, sample.bytes, TRANSPORT);
}

function violationOf(sample: Sample): ContractViolation {
  try {
    read(sample);
  } catch (error) {
    if (error instanceof ContractViolation) return error;
    throw error;
  }
  throw new Error(`${sample.file} was read`);
}

describe('samples', () => {
  it.each(samples('good'))('$subject $file is read, and reads the same after it was written', (sample) => {
    const envelope = read(sample);
    expect(readMessage(sample.subject, writeMessage(envelope), TRANSPORT)).toEqual(envelope);
    expect(envelope.id).not.toBe('');
    expect(envelope.source).not.toBe('');
  });

  it.each(samples('bad'))('$subject $file is refused by that field', (sample) => {
    const field = sample.file.replace(/^bad\.(.*)\.[^.]+\.json$/, '$1');
    const violation = violationOf(sample);
    expect(violation.field).toBe(field === 'message' ? '' : field);
    expect(violation.message).toMatch(/expected .+, found .+/s);
  });

  it('of both spellings say the same', () => {
    for (const subject of ['pipeline.started', 'pipeline.finished', 'pipeline.failed'] as const) {
      const [camel, snake] = ['good.camel-case.json', 'good.snake-case.json'].map((file) => {
        const sample = samples('good').find((candidate) => candidate.subject === subject && candidate.file === file);
        return sample && read(sample).data;
      });
      expect(camel).toBeDefined();
      expect(snake).toEqual(camel);
    }
  });

  it('of all versions of CDEvents say the same', () => {
    const runs = samples('good')
      .filter(
        ({ subject, file }) =>
          subject === 'pipeline.finished' && /^good\.cdevents-\d\.\d-(ur[il]|specversion|in-)/.test(file),
      )
      .map((sample) => read(sample).data);
    expect(runs.length).toBeGreaterThanOrEqual(5);
    for (const run of runs) {
      expect(run).toEqual({ ...runs[0] });
      expect(run).toMatchObject({
        pipelineId: 'nightly',
        runId: 'run-17',
        conclusion: 'failure',
        url: 'https://ci.example.com/runs/17',
      });
    }
  });
});
