import { ConfigError, messageOf, UnreachableError } from '@prunella/core';
import { z } from 'zod';
import type { Context } from './context.ts';
import { endpointsOf } from './endpoints.ts';
import { NotFoundError, UsageError } from './exit.ts';

const TIMEOUT_MS = 10_000;

const Problem = z.looseObject({ title: z.string().default(''), detail: z.string().default('') });

/**
 * Reads a document of the auditor's API.
 *
 * @throws UnreachableError when it does not answer, NotFoundError, UsageError (the API refused a value) or ConfigError
 * (the token is missing or wrong).
 */
export async function getJson(context: Context, path: string): Promise<unknown> {
  const { auditor } = await endpointsOf(context);
  const token = context.env['PRUNELLA_API_TOKEN'];
  const url = new URL(path, auditor);
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new UnreachableError(
      `the auditor does not answer at ${auditor} (${messageOf(cause ?? error)}): start Prunella (npm start), or set PRUNELLA_URL`,
      { cause: error },
    );
  }
  if (!response.ok) throw await refusal(response, url);
  return await response.json().catch((error: unknown) => {
    throw new UnreachableError(`${url} answered, but not with JSON: is PRUNELLA_URL the auditor's address?`, {
      cause: error,
    });
  });
}

async function refusal(response: Response, url: URL): Promise<Error> {
  const body = Problem.safeParse(await response.json().catch(() => ({})));
  const said = [body.data?.title, body.data?.detail].filter(Boolean).join(': ') || response.statusText;
  switch (response.status) {
    case 401:
    case 403:
      return new ConfigError(
        `${url} refused us: set PRUNELLA_API_TOKEN to the token that the auditor was started with`,
      );
    case 404:
      return new NotFoundError(`${url}: ${said}`);
    case 400:
    case 422:
      return new UsageError(said);
    default:
      return new UnreachableError(`${url} answered ${response.status}: ${said}`);
  }
}
