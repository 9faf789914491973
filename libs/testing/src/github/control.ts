import { z } from 'zod';
import { type Answer, missing } from './http.ts';
import type { FakeComment, FakeJob, FakePull, FakeRun, Fault, NewRun } from './model.ts';

/** What can be told to the fake from outside, and asked. */
export interface Controlled {
  readonly effects: readonly string[];
  readonly requests: readonly string[];
  readonly violations: readonly string[];
  readonly runs: readonly FakeRun[];
  find(repository: string, id: number): FakeRun | undefined;
  addRun(run: NewRun): FakeRun;
  begin(run: FakeRun): void;
  completeRun(run: FakeRun, conclusion: string, jobs?: FakeJob[]): void;
  rerun(run: FakeRun): void;
  delivery(run: FakeRun, secret: string): unknown;
  pushTo(repository: string, branch: string, sha: string): void;
  addPull(pull: Partial<FakePull> & Pick<FakePull, 'branch'>): FakePull;
  readonly comments: readonly FakeComment[];
  fault(fault: Fault): void;
}

const Job = z.strictObject({
  name: z.string(),
  conclusion: z.enum(['success', 'failure', 'cancelled', 'timed_out']),
  log: z.string().optional(),
  failedStep: z.string().optional(),
});
const RunToAdd = z.strictObject({
  repository: z.string().optional(),
  headRepository: z.string().nullable().optional(),
  id: z.int().positive().optional(),
  workflow: z.string().optional(),
  path: z.string().optional(),
  headSha: z.string().optional(),
  branch: z.string().optional(),
  attempt: z.int().positive().optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z.string().nullable().optional(),
  createdAt: z.iso.datetime().optional(),
  reruns: z.int().optional(),
  event: z.string().optional(),
  actor: z.string().optional(),
  jobs: z.array(Job).optional(),
});
const WhichRun = z.object({ repository: z.string(), id: z.int() });
const End = WhichRun.extend({ conclusion: z.string(), jobs: z.array(Job).optional() });
const Delivery = WhichRun.extend({ secret: z.string() });
const Push = z.strictObject({ repository: z.string(), branch: z.string(), sha: z.string() });
const Pull = z.strictObject({
  repository: z.string().optional(),
  number: z.int().positive().optional(),
  branch: z.string(),
  headRepository: z.string().optional(),
  headSha: z.string().optional(),
  state: z.enum(['open', 'closed']).optional(),
});
const FaultToMake = z.strictObject({
  /** A regular expression on `METHOD path`. */
  on: z.string(),
  answer: z.union([
    z.literal(['hang', 'cut', 'half']),
    z.strictObject({
      status: z.int(),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
      text: z.string().optional(),
    }),
  ]),
  afterEffect: z.boolean().optional(),
});

/**
 * What tests in other processes tell the fake and ask it:
 *
 * - `POST /__control/runs` adds a run and answers it; `/begin`, `/complete`, `/rerun` and `/delivery` (signed, to be sent on) go on with it,
 * - `POST /__control/branches` moves a branch, `POST /__control/pulls` opens a pull request, `POST /__control/faults` lets a request go wrong,
 * - `GET /__control/journal` is everything that happened.
 */
export function control(fake: Controlled, method: string, path: string, body: unknown): Answer {
  const what = `${method} ${path.slice('/__control'.length)}`;
  const ofRun = <T extends z.infer<typeof WhichRun>>(schema: z.ZodType<T>, act: (run: FakeRun, told: T) => unknown) =>
    told(schema, body, (input) => {
      const run = fake.find(input.repository, input.id);
      return run && { status: 200, body: act(run, input) ?? run };
    });
  switch (what) {
    case 'GET /journal': {
      const { effects, requests, violations, runs, comments } = fake;
      return { status: 200, body: { effects, requests, violations, runs, comments } };
    }
    case 'POST /runs':
      return told(RunToAdd, body, (run) => ({ status: 201, body: fake.addRun(run) }));
    case 'POST /runs/begin':
      return ofRun(WhichRun, (run) => fake.begin(run));
    case 'POST /runs/complete':
      return ofRun(End, (run, { conclusion, jobs }) => fake.completeRun(run, conclusion, jobs));
    case 'POST /runs/rerun':
      return ofRun(WhichRun, (run) => fake.rerun(run));
    case 'POST /runs/delivery':
      return ofRun(Delivery, (run, { secret }) => fake.delivery(run, secret));
    case 'POST /branches':
      return told(Push, body, ({ repository, branch, sha }) => {
        fake.pushTo(repository, branch, sha);
        return { status: 204 };
      });
    case 'POST /pulls':
      return told(Pull, body, (pull) => ({ status: 201, body: fake.addPull(pull) }));
    case 'POST /faults':
      return told(FaultToMake, body, ({ on, ...fault }) => {
        fake.fault({ on: new RegExp(on), ...fault });
        return { status: 204 };
      });
    default:
      return missing;
  }
}

function told<T>(schema: z.ZodType<T>, body: unknown, act: (input: T) => Answer | undefined): Answer {
  const result = schema.safeParse(body);
  if (!result.success) return { status: 400, body: { message: z.prettifyError(result.error) } };
  return act(result.data) ?? missing;
}
