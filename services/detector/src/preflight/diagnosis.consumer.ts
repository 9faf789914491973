import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Consumes, type Delivered } from '@prunella/bus';
import { Dependencies } from './dependencies.ts';

/** Failures that were diagnosed, by which dependencies are suspected. */
@Controller()
export class DiagnosisConsumer {
  constructor(private readonly dependencies: Dependencies) {}

  @Consumes('detector-diagnosis')
  async onDiagnosis(@Payload() event: Delivered<'detector-diagnosis'>): Promise<void> {
    await this.dependencies.hear(event);
  }
}
