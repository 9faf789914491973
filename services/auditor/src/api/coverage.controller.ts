import { Controller, Get, Inject, Param, Query as QueryParameters } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { causes } from '@prunella/contracts';
import { iso, systemClock } from '@prunella/core';
import { MOST_DRAFT_SAMPLES } from '@prunella/rules';
import { badRequest, ProblemException, parseInput } from '@prunella/service-kit';
import { countCoverage, EVER, Store, type UnknownCluster, unknownClusters, unknownSamples } from '@prunella/store';
import { z } from 'zod';
import { ruleDraftOf } from '../learn/rule-draft.ts';
import { alternativesOf } from '../ledger/page.ts';
import type { CoverageCluster, CoverageClusterPage, CoverageReport, RuleDraft } from './answers/coverage.ts';
import { Answers, Query } from './openapi.ts';
import { parseQuery, Text, Time } from './query.ts';

const DEFAULT_RANGE_MS = 30 * 86_400_000;
/** Lines of one failure that lists show. */
const MOST_LINES = 5;

const CoverageQuery = z.object({
  since: Time.optional().describe('Incidents opened at or after this time. Default: 30 days before `until`.'),
  until: Time.optional().describe('Incidents opened before this time. Default: now.'),
  limit: z.coerce.number().int().min(1).max(100).default(10).describe('Most clusters, the largest first.'),
});
const ClusterQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Most incidents, the newest first.'),
});

const DraftQuery = z.object({
  cause: z
    .enum(causes)
    .exclude(['unknown'])
    .optional()
    .describe('For which the rule is. Default: the one that the diagnoses considered most.'),
});

@Controller('v1/coverage')
export class CoverageController {
  constructor(@Inject(Store) private readonly store: Store) {}

  @Get()
  @Query(CoverageQuery)
  @Answers('CoverageReport', 'How many failures got a cause, and which of those without one are the same.', [400])
  async coverage(@QueryParameters() query: Record<string, unknown>): Promise<CoverageReport> {
    const given = parseQuery(CoverageQuery, query);
    const until = given.until === undefined ? systemClock.now() : Date.parse(given.until);
    const since = given.since === undefined ? until - DEFAULT_RANGE_MS : Date.parse(given.since);
    if (since >= until) {
      throw badRequest('since', `since: expected a time before ${iso(until)}, found ${iso(since)}`);
    }
    const range = { from: new Date(since), to: new Date(until) };
    const [{ total, classified }, clusters] = await Promise.all([
      this.store.read((manager) => countCoverage(manager, range)),
      this.store.read((manager) => unknownClusters(manager, range, { most: given.limit })),
    ]);
    const share = total === 0 ? null : classified / total;
    const counts = { total, classified, unknown: total - classified, share };
    return { since: iso(since), until: iso(until), ...counts, clusters: clusters.map(clusterOf) };
  }

  @Get('clusters/:id')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Query(ClusterQuery)
  @Answers('CoverageClusterPage', 'One cluster of all time with its newest incidents.', [400, 404])
  async cluster(
    @Param() parameters: unknown,
    @QueryParameters() query: Record<string, unknown>,
  ): Promise<CoverageClusterPage> {
    return await this.clusterPage(idOf(parameters), parseQuery(ClusterQuery, query).limit);
  }

  @Get('clusters/:id/draft')
  @ApiParam({ name: 'id', schema: { type: 'string' } })
  @Query(DraftQuery)
  @Answers('RuleDraft', 'A rule for one cluster, to be read by a person before it is used.', [400, 404])
  async draft(@Param() parameters: unknown, @QueryParameters() query: Record<string, unknown>): Promise<RuleDraft> {
    const { cause } = parseQuery(DraftQuery, query);
    return ruleDraftOf(await this.clusterPage(idOf(parameters), MOST_DRAFT_SAMPLES), cause);
  }

  /** @throws ProblemException (404) where there is none. */
  private async clusterPage(id: string, limit: number): Promise<CoverageClusterPage> {
    const [cluster] = await this.store.read((manager) => unknownClusters(manager, EVER, { most: 1, fingerprint: id }));
    if (cluster === undefined) {
      throw new ProblemException({
        title: 'Not found',
        status: 404,
        detail: `expected the id of a cluster of unknown failures, found ${id}`,
      });
    }
    const samples = await this.store.read((manager) => unknownSamples(manager, id, limit));
    return {
      ...clusterOf(cluster),
      incidents: samples.map(({ openedAt, alternatives, ...sample }) => ({
        ...sample,
        alternatives: alternativesOf(alternatives),
        openedAt: openedAt.toISOString(),
      })),
    };
  }
}

/** @throws ProblemException (400). */
function idOf(parameters: unknown): string {
  return parseInput(z.object({ id: Text }), parameters).id;
}

function clusterOf({ fingerprint, firstSeen, lastSeen, evidence, ...same }: UnknownCluster): CoverageCluster {
  return {
    id: fingerprint,
    ...same,
    firstSeen: firstSeen.toISOString(),
    lastSeen: lastSeen.toISOString(),
    evidence: evidence.slice(0, MOST_LINES),
  };
}
