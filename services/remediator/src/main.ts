import { runService } from '@prunella/service-kit';
import { RemediatorEnvironment } from './environment.ts';
import { RemediatorModule } from './remediator.module.ts';

await runService({
  name: 'remediator',
  defaultPort: 7103,
  environment: RemediatorEnvironment,
  module: RemediatorModule,
});
