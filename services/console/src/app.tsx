import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { AccessPage } from './access/access-page.tsx';
import { ApprovalsPage } from './approvals/approvals-page.tsx';
import { BacktestPage } from './backtest/backtest-page.tsx';
import { BacktestRunPage } from './backtest/run-page.tsx';
import { DebtsPage } from './debts/debts-page.tsx';
import { DependenciesPage } from './dependencies/dependencies-page.tsx';
import { IncidentPage } from './incident/incident-page.tsx';
import { IncidentsPage } from './incidents/incidents-page.tsx';
import { Keyboard } from './keyboard/keyboard.tsx';
import { LearningPage } from './learning/learning-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { PageLoading } from './parts/page-loading.tsx';
import { PolicyPage } from './policy/policy-page.tsx';
import { SettingsPage } from './settings/settings-page.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { Shell } from './shell/shell.tsx';
import { TestsPage } from './tests/tests-page.tsx';

/** Pages that few open first come when they are opened. */
const ReportsPage = lazy(async () => ({ default: (await import('./reports/reports-page.tsx')).ReportsPage }));

export function App() {
  return (
    <>
      <Keyboard />
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<OverviewPage />} />
          <Route path="incidents" element={<IncidentsPage />} />
          <Route path="incidents/:id" element={<IncidentPage />} />
          <Route path="approvals" element={<ApprovalsPage />} />
          <Route path="tests" element={<TestsPage />} />
          <Route path="debts" element={<DebtsPage />} />
          <Route path="learning" element={<LearningPage />} />
          <Route
            path="reports"
            element={
              <Suspense fallback={<PageLoading title="Reports" />}>
                <ReportsPage />
              </Suspense>
            }
          />
          <Route path="policy" element={<PolicyPage />} />
          <Route path="backtest" element={<BacktestPage />} />
          <Route path="backtest/:id" element={<BacktestRunPage />} />
          <Route path="dependencies" element={<DependenciesPage />} />
          <Route path="settings" element={<SettingsPage />} />
          <Route path="access" element={<AccessPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Routes>
    </>
  );
}
