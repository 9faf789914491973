import { ENVIRONMENT, type ServiceDefinition } from '@prunella/service-kit';
import { serveOpenApi } from './api/openapi.ts';
import { AuditorModule } from './auditor.module.ts';
import { serveConsole } from './console/serve-console.ts';
import { AuditorEnvironment } from './environment.ts';

/** The auditor as `runService` starts it. */
export const auditor: ServiceDefinition<typeof AuditorEnvironment> = {
  name: 'auditor',
  defaultPort: 7100,
  environment: AuditorEnvironment,
  module: AuditorModule,
  configure(app) {
    const environment = app.get<AuditorEnvironment>(ENVIRONMENT);
    serveOpenApi(app);
    serveConsole(app, environment.PRUNELLA_CONSOLE_DIR);
  },
};
