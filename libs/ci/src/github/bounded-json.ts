import { jsonBytesOf, type Outgoing } from '@prunella/http';

/**
 * The same requests, where JSON that Octokit could not parse within bounds is a failed request: it reads and parses whatever comes. Other bodies, logs and artefacts, are
 * given as they come.
 */
export function boundedJson(ask: Outgoing): Outgoing {
  return async (url, init) => {
    const response = await ask(url, init);
    if (response.body === null || !isJson(response)) return response;
    const { status, statusText, headers } = response;
    return new Response(new Uint8Array(await jsonBytesOf(response, 'github')), { status, statusText, headers });
  };
}

function isJson({ headers }: Response): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '');
}
