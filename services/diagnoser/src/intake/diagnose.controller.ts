import type { IncomingHttpHeaders } from 'node:http';
import { Controller, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { type DiagnosisDeps, type DiagnosisJson, diagnose, explainJson } from '@prunella/diagnosis';
import { Needs, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { KNOWLEDGE } from '../tokens.ts';
import { readRequest } from './diagnose.request.ts';

const DiagnoseQuery = z.object({ file: z.string().min(1).max(1_024).default('request') });

/** A diagnosis on demand; nothing is stored or published. */
@Controller('v1/diagnose')
@Needs('read', 'report')
export class DiagnoseController {
  constructor(@Inject(KNOWLEDGE) private readonly knowledge: DiagnosisDeps) {}

  /** A log as text, or JSON as `readRequest` says; the answer is what `prunella diagnose --json` prints. */
  @Post()
  @HttpCode(200)
  diagnose(@Req() request: { headers: IncomingHttpHeaders; body: unknown }, @Query() query: unknown): DiagnosisJson {
    const { file } = parseInput(DiagnoseQuery, query);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    return explainJson(file, diagnose(readRequest(request.headers['content-type'], body), this.knowledge));
  }
}
