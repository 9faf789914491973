/**
 * Stands in for the auditor while the console is worked on: made-up incidents, live changes, and the built console
 * where there is one. `PORT` (7100), `MOCK_TOKEN` (asks for it), `MOCK_EMPTY=1` (no incidents), `MOCK_CALM=1` (no
 * live changes), `MOCK_BROKEN=1` (every list is a 503), `MOCK_EVERY_MS` (between new incidents, 8000).
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { matches, readFilter } from '../src/model/filter.ts';
import type { IncidentDetail } from '../src/model/incident.ts';
import { makeIncident, SCENARIOS, type Scenario, type Stage } from './fixtures.ts';

const { PORT = '7100', MOCK_TOKEN, MOCK_EMPTY, MOCK_CALM, MOCK_BROKEN, MOCK_EVERY_MS = '8000' } = process.env;
const DIST = join(import.meta.dirname, '../dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const MINUTE = 60_000;
const incidents = new Map<string, IncidentDetail>();
const watching = new Set<ServerResponse>();
let made = 0;

function scenario(name: string): Scenario {
  const found = SCENARIOS[name];
  if (!found) throw new Error(`No scenario "${name}" in fixtures.ts`);
  return found;
}

function put(id: string, of: Scenario, stage: Stage, openedAt: number): void {
  const incident = makeIncident(id, of, stage, openedAt, Date.now());
  incidents.set(id, incident);
  const { evidence: _e, alternatives: _a, gaps: _g, reasons: _r, timeline: _t, ...listed } = incident;
  for (const response of watching) response.write(`event: incident\ndata: ${JSON.stringify(listed)}\n\n`);
}

const nextId = () => `inc_${(0x5f3a10 + ++made).toString(16)}${'c81d'}`;

function seed(): void {
  const past: [string, Stage, number][] = [
    ['rollback', 'awaiting_approval', 1.2],
    ['image', 'scheduled', 0.6],
    ['npm', 'verifying', 0.4],
    ['compile', 'handed_over', 4],
    ['playground', 'healed', 5],
    ['flaky', 'healed', 11],
    ['npm', 'healed', 16],
    ['oom', 'recommended', 24],
    ['image', 'healed', 47],
    ['flaky', 'ineffective', 63],
    ['npm', 'superseded', 78],
    ['oom', 'inconclusive', 95],
    ['compile', 'handed_over', 130],
    ['image', 'healed', 190],
    ['rollback', 'healed', 260],
    ['flaky', 'harmful', 330],
  ];
  for (const [name, stage, minutes] of past) put(nextId(), scenario(name), stage, Date.now() - minutes * MINUTE);
  for (let hour = 6; hour < 60; hour++) {
    const stage: Stage = hour % 7 === 0 ? 'ineffective' : hour % 5 === 0 ? 'handed_over' : 'healed';
    put(
      nextId(),
      scenario(stage === 'handed_over' ? 'compile' : hour % 2 ? 'npm' : 'flaky'),
      stage,
      Date.now() - hour * 21 * MINUTE,
    );
  }
}

/** A playground incident that runs through its whole life. */
function live(): void {
  const id = nextId();
  const openedAt = Date.now();
  const stages: [Stage, number][] = [
    ['detected', 0],
    ['diagnosed', 1_500],
    ['scheduled', 2_500],
    ['verifying', 7_000],
    ['healed', 13_000],
  ];
  for (const [stage, after] of stages) setTimeout(() => put(id, scenario('playground'), stage, openedAt), after);
}

function json(response: ServerResponse, status: number, body: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, title: string, detail: string): void {
  json(response, status, { title, status, detail });
}

function list(url: URL, response: ServerResponse): void {
  if (MOCK_BROKEN) {
    problem(response, 503, 'The store does not answer', 'Postgres refused the connection 3 times.');
    return;
  }
  const limit = Number(url.searchParams.get('limit') ?? 50);
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const all = [...incidents.values()]
    .filter((incident) => matches(incident, readFilter(url.searchParams)))
    .sort((a, b) => Date.parse(b.openedAt) - Date.parse(a.openedAt));
  json(response, 200, {
    items: all.slice(from, from + limit),
    nextCursor: from + limit < all.length ? String(from + limit) : null,
  });
}

function effectiveness(url: URL, response: ServerResponse): void {
  const acted = [...incidents.values()].filter((incident) => incident.outcome);
  const successful = acted.filter((incident) => incident.outcome === 'healed').length;
  const known = acted.filter((incident) => incident.outcome !== 'inconclusive').length;
  const successRate = known ? successful / known : null;
  const count = (outcome: string) => acted.filter((incident) => incident.outcome === outcome).length;
  json(response, 200, {
    from: url.searchParams.get('from'),
    to: url.searchParams.get('to'),
    overall: { total: acted.length, successful, successRate },
    actions: [
      {
        action: 'retry_with_backoff',
        total: acted.length,
        successful,
        ineffective: count('ineffective'),
        harmful: count('harmful'),
        inconclusive: count('inconclusive'),
        pending: 0,
        successRate,
      },
    ],
  });
}

function confidence(_url: URL, response: ServerResponse): void {
  const items = Object.values(SCENARIOS).map(({ decidedBy, action, prior, confidence: mean }) => ({
    decidedBy,
    action,
    prior,
    mean,
    healed: 41,
    ineffective: 3,
    harmful: 1,
    samples: 45,
    updatedAt: new Date().toISOString(),
  }));
  json(response, 200, { items });
}

function stream(_url: URL, response: ServerResponse, request: IncomingMessage): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('event: ping\ndata: {}\n\n');
  watching.add(response);
  const ping = setInterval(() => response.write('event: ping\ndata: {}\n\n'), 15_000);
  request.on('close', () => {
    clearInterval(ping);
    watching.delete(response);
  });
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const wanted = join(DIST, normalize(path));
  const found = extname(path) && wanted.startsWith(DIST) ? await readFile(wanted).catch(() => undefined) : undefined;
  const body =
    found ?? (await readFile(join(DIST, 'index.html')).catch(() => 'Build the console first: npx vite build'));
  response
    .writeHead(200, { 'content-type': TYPES[found ? extname(path) : '.html'] ?? 'application/octet-stream' })
    .end(body);
}

type Handler = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

const ROUTES: Record<string, Handler> = {
  '/v1/incidents': list,
  '/v1/reports/effectiveness': effectiveness,
  '/v1/confidence': confidence,
  '/v1/stream': stream,
};

function one(url: URL, response: ServerResponse): void {
  const incident = incidents.get(decodeURIComponent(url.pathname.slice('/v1/incidents/'.length)));
  if (incident) json(response, 200, incident);
  else problem(response, 404, 'No such incident', `Nothing is known under ${url.pathname}.`);
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://mock');
  if (!url.pathname.startsWith('/v1/')) {
    void file(url.pathname, response);
    return;
  }
  if (MOCK_TOKEN && request.headers.authorization !== `Bearer ${MOCK_TOKEN}`) {
    problem(response, 401, 'A token is needed', 'Send it as Authorization: Bearer.');
    return;
  }
  const route = ROUTES[url.pathname] ?? one;
  route(url, response, request);
}

if (!MOCK_EMPTY) seed();
if (!MOCK_CALM && !MOCK_EMPTY) setInterval(live, Number(MOCK_EVERY_MS));
createServer(answer).listen(Number(PORT), '127.0.0.1', () => {
  process.stdout.write(`Made-up incidents on http://127.0.0.1:${PORT}\n`);
});
