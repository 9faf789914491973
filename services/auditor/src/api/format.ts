import type { Request, Response } from 'express';
import { z } from 'zod';

/** How a report may be asked for. */
export const Format = {
  format: z
    .enum(['json', 'markdown'])
    .optional()
    .describe('Default: what `Accept` prefers of application/json and text/markdown, else JSON.'),
};
export type Format = 'json' | 'markdown' | undefined;

/** The report as JSON, or as Markdown where that is asked for. */
export function formatted<R>(
  report: R,
  markdown: (report: R) => string,
  { format, request, response }: { format: Format; request: Request; response: Response },
): R {
  response.vary('Accept');
  const wanted = format ?? (request.accepts(['json', 'text/markdown']) === 'text/markdown' ? 'markdown' : 'json');
  if (wanted === 'json') return report;
  response.type('text/markdown; charset=utf-8');
  // What is sent is text now; what is declared is the JSON that the description of the API tells of.
  return markdown(report) as R;
}
