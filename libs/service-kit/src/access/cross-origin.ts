import type { Request } from 'express';

/**
 * Whether a page of another origin makes the browser send this, with the cookies and from the loopback that only its user has. Browsers say where
 * a request comes from in `Sec-Fetch-Site`, older ones in `Origin`; programs say neither. As in Go's http.CrossOriginProtection, after
 * https://words.filippo.io/csrf/
 */
export function isCrossOrigin({ headers }: Pick<Request, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** Whether a browser sends this: each says where a request comes from that is more than a look. Programs do not. */
export function isByBrowser({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}
