import { runService } from '@prunella/service-kit';
import { service } from './service.ts';

await runService(service);
