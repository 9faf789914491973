import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';

/** Where `services/console` builds to, seen from here as source and as build alike. */
const BUILT = resolve(import.meta.dirname, '../../../console/dist');

/** Scripts are our files and nothing else. Styles may be inline: charts and the library of components set them on elements. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Beside those that everything of ours has. */
const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

const NOT_CONSOLE = /^\/(?:v1|auth|openapi\.json|health|healthz|readyz|metrics)(?:\/|$)/;

const MISSING = `<!doctype html><html lang="en"><title>Prunella</title>
<h1>The console is not built</h1>
<p>Run <code>npm run build</code>, or set <code>PRUNELLA_CONSOLE_DIR</code> to a built one.
The API works: <a href="/v1/incidents">/v1/incidents</a>, <a href="/openapi.json">/openapi.json</a>.</p>
`;

/**
 * Serves the built console at `/`: its files, and its page for every other address a browser asks for that is not the API's.
 *
 * @param directory of the build. Default: that of this tree.
 */
export function serveConsole(app: NestExpressApplication, directory = BUILT): void {
  app.useStaticAssets(directory, {
    setHeaders(response: Response, path: string) {
      response.set(HEADERS);
      // Vite names what stands in assets/ after its content.
      const immutable = path.includes(`${sep}assets${sep}`);
      response.set('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!isPage(request)) {
      next();
      return;
    }
    const index = join(directory, 'index.html');
    response.set(HEADERS).set('Cache-Control', 'no-cache');
    if (existsSync(index)) response.sendFile(index, { cacheControl: false });
    else response.status(503).type('html').send(MISSING);
  });
}

function isPage(request: Request): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') &&
    !NOT_CONSOLE.test(request.path) &&
    !request.path.startsWith('/assets/') &&
    request.accepts(['json', 'html']) === 'html'
  );
}
