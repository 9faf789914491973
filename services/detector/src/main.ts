import { runService } from '@prunella/service-kit';
import { detector } from './service.ts';

await runService(detector);
