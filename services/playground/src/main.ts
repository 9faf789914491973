import { runService } from '@prunella/service-kit';
import { playground } from './service.ts';

await runService(playground);
