import { isIP } from 'node:net';
import type { Request } from 'express';
import { isLoopback } from '../environment.ts';

/**
 * Whether a request is addressed to this machine by a name that nobody else can give it: an IP address, localhost, or the name in PRUNELLA_PUBLIC_URL. Any other name may be that of a
 * page whose owner lets it point to 127.0.0.1 (DNS rebinding): for the browser that page and we are one origin then, and it reads and changes all that whoever sits there may.
 */
export function isOwnHost({ headers }: Pick<Request, 'headers'>, publicUrl?: string): boolean {
  // Browsers always say it.
  if (headers.host === undefined) return true;
  const name = URL.parse(`http://${headers.host}`)?.hostname;
  if (name === undefined) return false;
  if (isLoopback(name) || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true;
  return publicUrl !== undefined && name === URL.parse(publicUrl)?.hostname;
}
