/** What is read of an OpenAPI document. */
export interface Documented {
  paths: Record<string, Record<string, unknown>>;
}

const DAY = 86_400_000;

/** How each route is called, as the console and the CLI do, and in the ways that are dear; `incidents`: so many there are. */
const CALLS: Readonly<Record<string, (incidents: number) => readonly string[]>> = {
  '/v1/incidents': (incidents) =>
    [
      ...[
        'limit=50',
        'limit=200',
        'state=closed',
        'state=awaiting_approval',
        'outcome=ineffective',
        'cause=oom&limit=200',
      ],
      ...['repository=octo%2Frepo-7', 'pipeline=octo%2Frepo-7%2F.github%2Fworkflows%2Fci.yml', 'source=jenkins'],
      ...[
        'q=registry-41',
        `q=inc_${String(Math.ceil(incidents / 2)).padStart(12, '0')}`,
        'q=nothing-is-called-so',
        'q=network',
        'q=zq',
      ],
      ...['state=closed&outcome=healed&cause=network&source=github', 'q=timed+out&cause=network&outcome=healed'],
      `cursor=${Buffer.from(JSON.stringify([Date.now() - 200 * DAY, 'inc_0'])).toString('base64url')}`,
    ].map((query) => `?${query}`),
  '/v1/incidents/{id}': (incidents) => [`/inc_${String(Math.ceil(incidents / 2)).padStart(12, '0')}`],
  '/v1/incidents/{id}/correlation': (incidents) => [
    `/inc_${String(Math.ceil(incidents / 2)).padStart(12, '0')}/correlation`,
  ],
  '/v1/incidents/{id}/similar': (incidents) =>
    [2, 3].map((part) => `/inc_${String(Math.ceil(incidents / part)).padStart(12, '0')}/similar`),
  // Loki is asked, and not Postgres.
  '/v1/logs/healing': () => [],
  '/v1/approvals': () => [''],
  '/v1/backtests': () => [''],
  '/v1/backtests/events': () => [
    `?from=${new Date(Date.now() - 60 * DAY).toISOString()}&to=${new Date(Date.now() - 30 * DAY).toISOString()}`,
  ],
  // There is none. Of those there are at most thirty.
  '/v1/backtests/{id}': () => [],
  '/v1/backtests/{id}/progress': () => [],
  '/v1/breakers': () => [''],
  '/v1/changes': () => [''],
  '/v1/confidence': () => [''],
  '/v1/confidence/changes': () => [''],
  '/v1/confidence/evidence': () => ['?decidedBy=rule%3Ar7&action=retry'],
  '/v1/confidence/reliability': () => ['', '?action=retry'],
  '/v1/coverage': () => [''],
  '/v1/coverage/clusters/{id}': () => ['/fp_7_217'],
  '/v1/debts': (incidents) => [
    ...['', '?state=open', '?state=resolved', '?repository=octo%2Frepo-7'],
    `?incident=inc_${String(Math.ceil(incidents / 2)).padStart(12, '0')}`,
  ],
  '/v1/policy': () => [''],
  '/v1/coverage/clusters/{id}/draft': () => ['/fp_7_217/draft?cause=network'],
  '/v1/dependencies': () => [''],
  // The services are asked over NATS, and they ask outside.
  '/v1/doctor': () => [],
  '/v1/quarantine': () => ['', '?state=over'],
  '/v1/reports/correlation': () => [''],
  '/v1/reports/costs': () => ['?by=action', '?by=repository', '?by=day'],
  '/v1/reports/effectiveness': () => [''],
  '/v1/reports/flaky': () => [''],
  '/v1/reports/root-causes': () => [''],
  '/v1/reports/summary': () => [''],
  '/v1/reports/uplift': () => [''],
  '/v1/session': () => [''],
  '/v1/tests': () => ['', '?state=flaky', '?repository=octo%2Frepo-7', '?q=within+777+ms'],
  '/v1/tests/{id}': () => ['/test_77'],
  '/v1/tokens': () => [''],
  '/v1/training': () => [''],
};

/** A route and one way in which it is called. */
export interface Call {
  route: string;
  path: string;
}

/** The calls of all documented GET routes, and the routes of which nobody says how they are called. A stream does not end, and is none. */
export function callsOf(document: Documented, incidents: number): { calls: Call[]; missing: string[] } {
  const routes = Object.entries(document.paths)
    .filter(([path, methods]) => methods['get'] !== undefined && path.startsWith('/v1/') && path !== '/v1/stream')
    .map(([path]) => path)
    .sort();
  return {
    calls: routes.flatMap((route) =>
      (CALLS[route]?.(incidents) ?? []).map((rest) => ({ route, path: route.replace(/\/\{\w+\}.*$/, '') + rest })),
    ),
    missing: routes.filter((route) => CALLS[route] === undefined),
  };
}
