import { Module } from '@nestjs/common';
import { RemediatorDoctor } from './doctor/remediator-doctor.ts';
import { RemediatorController } from './remediator.controller.ts';
import { Remediator } from './remediator.ts';
import { RemediatorPolicy } from './remediator-policy.ts';

@Module({ controllers: [RemediatorController], providers: [RemediatorPolicy, Remediator, RemediatorDoctor] })
export class RemediatorModule {}
