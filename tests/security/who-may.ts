import type { Role } from '@prunella/service-kit';

/** Who may ask. `anybody`: no token is asked for. `own secret`: no token of ours lets in; tests of the detector's sources prove what does. */
export type Who = readonly Role[] | 'anybody' | 'own secret';

const all: Who = ['reporter', 'viewer', 'operator', 'admin'];
const read: Who = ['viewer', 'operator', 'admin'];
const report: Who = ['reporter', 'operator', 'admin'];
const operate: Who = ['operator', 'admin'];
const administer: Who = ['admin'];

const everywhere: Record<string, Who> = {
  'GET /health': 'anybody',
  'GET /healthz': 'anybody',
  'GET /readyz': 'anybody',
  'GET /metrics': 'anybody',
};

/**
 * Every route of every service, and who may ask it: to be read by a person whenever it changes. Beside them the auditor serves the console and `/openapi.json`
 * to anybody: files, the same for all.
 */
export const WHO_MAY: Readonly<Record<'auditor' | 'detector' | 'diagnoser' | 'remediator', Record<string, Who>>> = {
  auditor: {
    ...everywhere,
    'GET /v1/session': 'anybody',
    'GET /auth/sign-in': 'anybody',
    'GET /auth/callback': 'anybody',
    'POST /auth/sign-out': 'anybody',
    'GET /v1/approvals': read,
    'POST /v1/approvals/:incident': operate,
    'GET /v1/backtests': read,
    'POST /v1/backtests': operate,
    'GET /v1/backtests/events': read,
    'GET /v1/backtests/:id': read,
    'DELETE /v1/backtests/:id': operate,
    'GET /v1/backtests/:id/progress': read,
    'GET /v1/breakers': read,
    'POST /v1/breakers/:id/close': operate,
    'GET /v1/changes': read,
    'GET /v1/confidence': read,
    'GET /v1/confidence/changes': read,
    'GET /v1/confidence/evidence': read,
    'GET /v1/confidence/reliability': read,
    'POST /v1/confidence/standing': operate,
    'GET /v1/coverage': read,
    'GET /v1/coverage/clusters/:id': read,
    'GET /v1/coverage/clusters/:id/draft': read,
    'GET /v1/debts': read,
    'POST /v1/debts/:id': operate,
    'GET /v1/dependencies': read,
    // It tells of addresses and rights.
    'GET /v1/doctor': operate,
    'GET /v1/incidents': read,
    'GET /v1/incidents/:id': read,
    'GET /v1/incidents/:id/correlation': read,
    'GET /v1/incidents/:id/similar': read,
    'GET /v1/logs/healing': read,
    'GET /v1/policy': read,
    // Changes nothing.
    'POST /v1/policy/check': read,
    'GET /v1/quarantine': all,
    'POST /v1/quarantine': operate,
    'DELETE /v1/quarantine/:id': operate,
    'POST /v1/quarantine/results': report,
    'GET /v1/reports/correlation': read,
    'GET /v1/reports/costs': read,
    'GET /v1/reports/effectiveness': read,
    'GET /v1/reports/flaky': read,
    'GET /v1/reports/root-causes': read,
    'GET /v1/reports/summary': read,
    'GET /v1/reports/uplift': read,
    'GET /v1/stream': read,
    'GET /v1/tests': read,
    'GET /v1/tests/:id': read,
    'GET /v1/tokens': administer,
    'POST /v1/tokens': administer,
    'DELETE /v1/tokens/:id': administer,
    'GET /v1/training': read,
  },
  detector: {
    ...everywhere,
    'GET /v1/advice': all,
    'GET /v1/originals/:id': read,
    'GET /v1/preflight': all,
    'POST /webhook/healing': report,
    'POST /webhooks/alertmanager': report,
    'POST /webhooks/argo-rollouts': report,
    'POST /webhooks/cdevents': report,
    'POST /webhooks/junit': report,
    'POST /webhooks/github': 'own secret',
    'POST /webhooks/gitlab': 'own secret',
    'POST /webhooks/jenkins': 'own secret',
    'POST /webhooks/slack': 'own secret',
  },
  diagnoser: {
    ...everywhere,
    // Stores nothing.
    'POST /v1/diagnose': all,
    'POST /v1/rules/try': read,
  },
  remediator: everywhere,
};
