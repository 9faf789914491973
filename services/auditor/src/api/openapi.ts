import { applyDecorators } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  ApiBearerAuth,
  ApiBody,
  ApiQuery,
  type ApiQueryOptions,
  ApiResponse,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Incident, RecordedEvent, TimelineItem } from '../ledger/incident.ts';
import { ApiToken, ApiTokenList, ChangeList, CurrentSession, NewApiToken } from './answers/access.ts';
import { BacktestEvents, BacktestJob, BacktestList } from './answers/backtests.ts';
import { CorrelatedIncidentPage, CorrelationReport, HealingLog, IncidentCorrelation } from './answers/correlation.ts';
import { CoverageClusterPage, CoverageReport, RuleDraft } from './answers/coverage.ts';
import { Debt, DebtList } from './answers/debts.ts';
import { DependencyList } from './answers/dependencies.ts';
import { DoctorReport } from './answers/doctor.ts';
import { ApprovalAnswer, IncidentList } from './answers/incidents.ts';
import {
  BreakerClosing,
  BreakerList,
  ConfidenceEvidence,
  ConfidenceList,
  StandingChange,
  StandingChangeList,
  TrainingList,
} from './answers/learning.ts';
import { PolicyCheck, PolicyInForce } from './answers/policy.ts';
import { Problem } from './answers/problem.ts';
import { ReliabilityReport } from './answers/reliability.ts';
import { CostReport, EffectivenessReport, FlakyReport, UpliftReport } from './answers/reports.ts';
import { RootCauseReport } from './answers/root-causes.ts';
import { SimilarIncidents } from './answers/similar.ts';
import { SummaryReport } from './answers/summary.ts';
import { KnownTest, QuarantineCount, QuarantinedTest, QuarantineList, TestList, TestPage } from './answers/tests.ts';

const SCHEMAS = {
  Incident,
  CorrelatedIncidentPage,
  TimelineItem,
  RecordedEvent,
  IncidentList,
  EffectivenessReport,
  UpliftReport,
  CostReport,
  Debt,
  DebtList,
  DependencyList,
  DoctorReport,
  RootCauseReport,
  CorrelationReport,
  IncidentCorrelation,
  SimilarIncidents,
  HealingLog,
  SummaryReport,
  ReliabilityReport,
  ConfidenceList,
  ConfidenceEvidence,
  StandingChange,
  StandingChangeList,
  CoverageReport,
  CoverageClusterPage,
  RuleDraft,
  TrainingList,
  ApprovalAnswer,
  BreakerList,
  BreakerClosing,
  QuarantineList,
  QuarantinedTest,
  QuarantineCount,
  KnownTest,
  TestList,
  TestPage,
  FlakyReport,
  CurrentSession,
  ApiToken,
  NewApiToken,
  ApiTokenList,
  ChangeList,
  BacktestEvents,
  BacktestJob,
  BacktestList,
  PolicyInForce,
  PolicyCheck,
  Problem,
};
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Extract<ApiQueryOptions, { schema: unknown }>['schema'];

/** Describes what a route answers, by the name of a schema, and how it refuses. */
export function Answers(
  name: keyof typeof SCHEMAS,
  description: string,
  refusals: readonly (400 | 404 | 409)[] = [],
): MethodDecorator {
  const why = { 400: 'A parameter is wrong; `field` names it.', 404: 'There is none.', 409: 'It is in another state.' };
  return applyDecorators(
    ApiBearerAuth(),
    ApiResponse({ status: 200, description, content: { 'application/json': { schema: reference(name) } } }),
    ...refusals.map((status) => problem(status, why[status])),
    problem(401, 'Expected a token or a sign-in, found none that is known.'),
    problem(403, 'The role of whoever calls does not allow it.'),
    problem(503, 'The database is away; try again later.'),
  );
}

/** Describes the query parameters of a route by the schema that parses them. */
export function Query(schema: z.ZodObject): MethodDecorator {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override });
  return applyDecorators(
    ...Object.entries(properties).map(([name, property]) =>
      ApiQuery({ name, required: required.includes(name), schema: property as Schema }),
    ),
  );
}

/** Describes the JSON body of a route by the schema that parses it. */
export function Body(schema: z.ZodObject): MethodDecorator {
  const { $schema: _, ...written } = z.toJSONSchema(schema, { io: 'input', override });
  return ApiBody({ schema: written as Schema });
}

/** Serves the description of the API at /openapi.json. */
export function serveOpenApi(app: NestExpressApplication): void {
  const text = JSON.stringify(openApi(app));
  app.use('/openapi.json', (_request: Request, response: Response) => {
    response.type('application/json').send(text);
  });
}

/** The description of the API, OpenAPI 3.1. */
function openApi(app: NestExpressApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Prunella')
    .setDescription('Incidents, what was done about them, what it helped, and what was learnt.')
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...schemas() } };
  return document;
}

function schemas(): Schemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas: written } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, override });
  return Object.fromEntries(
    Object.entries(written).map(([id, { $schema, $id, ...schema }]) => [id, schema]),
  ) as unknown as Schemas;
}

/** The format says it all. */
function override({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
}

function problem(status: number, description: string) {
  return ApiResponse({
    status,
    description,
    content: { 'application/problem+json': { schema: reference('Problem') } },
  });
}

function reference(name: keyof typeof SCHEMAS) {
  return { $ref: `#/components/schemas/${name}` };
}
