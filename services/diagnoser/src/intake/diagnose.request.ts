import { ContractViolation, DEEPEST_JSON, describe, isTooDeep, type Job, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import type { DiagnosisInput, LogText } from '@prunella/diagnosis';
import { badRequest, parseInput } from '@prunella/service-kit';
import { z } from 'zod';

/** What `pipeline.failed` has no field for. */
const Logs = z.looseObject({
  log: z.string().nullish(),
  jobs: z.array(z.looseObject({ log: z.string().nullish() })).nullish(),
});

const FIELDS = ['log', 'error', 'metrics', 'conclusion', 'jobs'] as const;

/**
 * Reads what is to be diagnosed: with a JSON content type `{log, error, metrics, conclusion, jobs}` (at least one of them, each as in
 * `pipeline.failed`; a job may have a `log` of its own), with any other the text of a log.
 *
 * @throws ProblemException or ContractViolation naming the field that does not fit.
 */
export function readRequest(contentType: string | undefined, body: Buffer): DiagnosisInput {
  if (body.length === 0) throw badRequest('body', 'body: expected a log or JSON, found nothing');
  if (!isJson(contentType)) return inputOf({ log: body.toString('utf8') });
  if (isTooDeep(body)) throw badRequest('body', `body: expected JSON at most ${DEEPEST_JSON} deep, found it deeper`);
  return inputOf(jsonObject(body.toString('utf8')));
}

function isJson(contentType: string | undefined): boolean {
  return /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType ?? '');
}

function inputOf(body: Record<string, unknown>): DiagnosisInput {
  if (!FIELDS.some((field) => field in body)) {
    throw badRequest('body', `body: expected at least one of ${FIELDS.join(', ')}, found none of them`);
  }
  const { log, jobs } = parseInput(Logs, body);
  const fields = Object.fromEntries(FIELDS.filter((field) => field !== 'log').map((field) => [field, body[field]]));
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
  const failure = completed(parseData('pipeline.failed', { ...known, pipelineId: 'request' }), 'request');
  const ofJobs = failure.jobs.flatMap((job, index) => logOfJob(job, jobs?.[index]?.log));
  const logs = typeof log === 'string' ? [{ job: '', text: log, firstLine: 1 }, ...ofJobs] : ofJobs;
  const { error, metrics, conclusion } = failure;
  return { logs, ...(error && { error }), jobs: failure.jobs, metrics, conclusion };
}

function logOfJob({ name, failedStep, conclusion }: Job, text: string | null | undefined): LogText[] {
  if (typeof text !== 'string') return [];
  return [
    {
      job: name,
      text,
      firstLine: 1,
      ...(failedStep !== '' && { failedStep }),
      ...(conclusion !== 'conclusion_unspecified' && { conclusion }),
    },
  ];
}

function jsonObject(text: string): Record<string, unknown> {
  const json = parsed(text);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new ContractViolation('body', 'a JSON object', describe(json));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ContractViolation('body', 'JSON', describe(text));
  }
}
