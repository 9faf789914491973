/** What the API said when it refused, or that it could not be reached (`status` 0). */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail ? `${title}: ${detail}` : title);
    this.name = 'ProblemError';
  }
}

/** Reads `application/problem+json`; any other body gives a plain sentence with the status. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { title, detail } = (body ?? {}) as { title?: unknown; detail?: unknown };
  return new ProblemError(
    response.status,
    typeof title === 'string' ? title : `The API answered ${response.status}`,
    typeof detail === 'string' ? detail : '',
  );
}
