import { Route, Routes } from 'react-router';
import { IncidentPage } from './incident/incident-page.tsx';
import { IncidentsPage } from './incidents/incidents-page.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { Shell } from './shell/shell.tsx';

export function App() {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<IncidentsPage />} />
        <Route path="incidents/:id" element={<IncidentPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
