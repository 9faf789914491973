import { Module } from '@nestjs/common';
import { RemediatorController } from './remediator.controller.ts';
import { Remediator } from './remediator.ts';
import { RemediatorPolicy } from './remediator-policy.ts';

@Module({ controllers: [RemediatorController], providers: [RemediatorPolicy, Remediator] })
export class RemediatorModule {}
