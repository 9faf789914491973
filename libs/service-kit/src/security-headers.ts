import type { NextFunction, Request, Response } from 'express';

/** Nothing is loaded, run, framed or sent from it: what an API answers is no page, even where a browser is led to it. A page of ours sets its own. */
export const NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = {
  'Content-Security-Policy': NO_PAGE,
  'X-Content-Type-Options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Stands before everything that a service answers, errors included. HSTS is for whoever speaks TLS before us. */
export function securityHeaders(_: Request, response: Response, next: NextFunction): void {
  response.set(HEADERS);
  next();
}
