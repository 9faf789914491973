import type { Answer } from '../http.ts';

/** What is asked of a repository. */
export interface Asked {
  repository: string;
  query: URLSearchParams;
  body: unknown;
  /** Who asks. */
  login: string;
}

/** How one endpoint is answered. */
export interface Route {
  method: 'GET' | 'POST';
  /** The path after the repository; its groups are the parts that differ, decoded. */
  path: RegExp;
  answer(asked: Asked, ...parts: string[]): Answer;
}

/** What the first route that fits says; undefined: none does. */
export function routed(routes: readonly Route[], method: string, rest: string, asked: Asked): Answer | undefined {
  for (const route of routes) {
    const found = route.method === method ? route.path.exec(rest) : null;
    if (found !== null) return route.answer(asked, ...found.slice(1).map(decodeURIComponent));
  }
  return undefined;
}

export function unprocessable(message: string): Answer {
  return { status: 422, body: { message, documentation_url: 'https://docs.github.com/rest', status: '422' } };
}

export function refused(message: string): Answer {
  return { status: 403, body: { message, documentation_url: 'https://docs.github.com/rest', status: '403' } };
}
