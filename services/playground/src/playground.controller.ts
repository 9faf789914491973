import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { badRequest, NO_PAGE, ProblemException, Public, parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import { page } from './page.ts';
import { Playground } from './playground.ts';
import { scenarios } from './scenarios/index.ts';
import { newestAttempt, type Rerun, type SimulatedAttempt, type SimulatedRun } from './simulation/simulation.ts';

const RerunBody = z.object({ attempt: z.int().min(1) });
const AttemptNumber = z.coerce.number().int().min(1);

const REFUSALS: Readonly<Record<Extract<Rerun, { refused: string }>['refused'], string>> = {
  'unknown-run': 'the playground knows no such run; it forgets all runs when it stops',
  'not-the-newest': 'this is not the newest attempt of the run: it was rerun already',
  'in-progress': 'the run is still in progress',
  'nothing-failed': 'the run passed: there is nothing to rerun',
};

/** The simulated platform's own API. */
@Controller()
@Public()
export class PlaygroundController {
  constructor(private readonly playground: Playground) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', `${NO_PAGE}; style-src 'unsafe-inline'`)
  page(): string {
    return page(this.playground.simulation.runs(), scenarios);
  }

  @Get('api/scenarios')
  scenarios(): { scenarios: { name: string; summary: string }[] } {
    return { scenarios: scenarios.map(({ name, summary }) => ({ name, summary })) };
  }

  @Post('api/scenarios/:name')
  @HttpCode(202)
  start(@Param('name') name: string): RunView {
    const scenario = scenarios.find((candidate) => candidate.name === name);
    if (scenario === undefined) {
      throw notFound(`no scenario ${name}; there are ${scenarios.map((known) => known.name).join(', ')}`);
    }
    return runView(this.playground.simulation.start(scenario));
  }

  /** The newest first. */
  @Get('api/runs')
  runs(): { runs: RunView[] } {
    return { runs: this.playground.simulation.runs().map(runView) };
  }

  @Get('api/runs/:id')
  run(@Param('id') id: string): RunView {
    return runView(this.found(id));
  }

  @Get('api/runs/:id/attempts/:number/jobs')
  jobs(@Param('id') id: string, @Param('number') number: string): { jobs: SimulatedAttempt['jobs'] } {
    const parsed = AttemptNumber.safeParse(number);
    if (!parsed.success) throw badRequest('attempt', `attempt: expected a number from 1, found ${number}`);
    const attempt = this.found(id).attempts[parsed.data - 1];
    if (attempt === undefined) throw notFound(`run ${id} has no attempt ${number}`);
    return { jobs: attempt.jobs };
  }

  @Get('api/jobs/:id/log')
  @Header('Content-Type', 'text/plain; charset=utf-8')
  log(@Param('id') id: string): string {
    const log = this.playground.simulation.log(id);
    if (log === undefined) throw notFound(`no log of job ${id}: there is no such job, or it has not finished`);
    return log;
  }

  /** Starts the next attempt; asked twice for the same attempt, the second answer is 409. */
  @Post('api/runs/:id/rerun')
  @HttpCode(202)
  rerun(@Param('id') id: string, @Body() body: unknown): { attempt: number } {
    const result = this.playground.simulation.rerun(id, parseInput(RerunBody, body).attempt);
    if (!('refused' in result)) return result;
    if (result.refused === 'unknown-run') throw notFound(REFUSALS[result.refused]);
    throw new ProblemException({ title: 'Conflict', status: 409, detail: REFUSALS[result.refused] });
  }

  private found(id: string): SimulatedRun {
    const run = this.playground.simulation.run(id);
    if (run === undefined) throw notFound(REFUSALS['unknown-run']);
    return run;
  }
}

/** A run as the API shows it: the state of its newest attempt. */
interface RunView extends Pick<SimulatedAttempt, 'status' | 'conclusion'> {
  id: string;
  scenario: string;
  pipelineId: string;
  repository: string;
  branch: string;
  attempt: number;
  headSha: string;
  /** Nobody pushes to a simulated branch a second time. */
  branchHeadSha: string;
}

function runView(run: SimulatedRun): RunView {
  const { number: attempt, status, conclusion } = newestAttempt(run);
  const { id, scenario, pipelineId, branch, headSha } = run;
  return {
    id,
    scenario: scenario.name,
    pipelineId,
    repository: scenario.repository,
    branch,
    status,
    conclusion,
    attempt,
    headSha,
    branchHeadSha: headSha,
  };
}

function notFound(detail: string): ProblemException {
  return new ProblemException({ title: 'Not found', status: 404, detail });
}
