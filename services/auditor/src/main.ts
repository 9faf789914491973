import { runService } from '@prunella/service-kit';
import { auditor } from './service.ts';

await runService(auditor);
