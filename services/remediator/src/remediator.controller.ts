import { Controller } from '@nestjs/common';
import { Consumes, type Delivered } from '@prunella/bus';
import { PinoLogger } from 'nestjs-pino';
import { Remediator } from './remediator.ts';

@Controller()
export class RemediatorController {
  constructor(
    private readonly remediator: Remediator,
    private readonly logger: PinoLogger,
  ) {}

  @Consumes('remediator-diagnosis')
  async onDiagnosis(event: Delivered<'remediator-diagnosis'>): Promise<void> {
    await this.remediator.remediate(event.data);
  }

  @Consumes('remediator-approved')
  async onApproval(event: Delivered<'remediator-approved'>): Promise<void> {
    const { kind, says } = await this.remediator.hear(event.data, event.id);
    const { incidentId, by } = event.data;
    this.logger.info({ incident: incidentId, by, heard: kind, says }, 'answer to a request for approval');
  }

  @Consumes('remediator-breaker')
  async onBreakerClosed(event: Delivered<'remediator-breaker'>): Promise<void> {
    const closed = await this.remediator.closeBreaker(event.data);
    const { action, platform, by, reason } = event.data;
    this.logger.info({ action, platform, by, reason, closed }, 'breaker closed by hand');
  }

  @Consumes('remediator-outcome')
  async onOutcome(event: Delivered<'remediator-outcome'>): Promise<void> {
    await this.remediator.learn(event.data);
  }

  @Consumes('remediator-watch')
  async onWatchEnded(event: Delivered<'remediator-watch'>): Promise<void> {
    await this.remediator.tellOfWatch(event.data, event.id);
  }

  @Consumes('remediator-digest')
  async onDigest(event: Delivered<'remediator-digest'>): Promise<void> {
    await this.remediator.tellDigest(event.data, event.id);
  }

  @Consumes('remediator-finished')
  async onFinished(event: Delivered<'remediator-finished'>): Promise<void> {
    await this.remediator.hearOfEnd(event.data);
  }

  @Consumes('remediator-quarantine')
  async onQuarantine(event: Delivered<'remediator-quarantine'>): Promise<void> {
    await this.remediator.note(event.data, event.id);
  }
}
