import { Module } from '@nestjs/common';
import { RemediatorController } from './remediator.controller.ts';
import { Remediator } from './remediator.ts';

@Module({ controllers: [RemediatorController], providers: [Remediator] })
export class RemediatorModule {}
