import { Module } from '@nestjs/common';
import { PlaygroundController } from './playground.controller.ts';
import { Playground } from './playground.ts';

@Module({ controllers: [PlaygroundController], providers: [Playground] })
export class PlaygroundModule {}
