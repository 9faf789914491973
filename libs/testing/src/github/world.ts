import type { FakeJob, FakeRun, NewRun } from './model.ts';

/** What there is on a GitHub beside pull requests and artefacts: runs and branches, and what people do with them. Knows nothing of HTTP. */
export class GitHubWorld {
  /** All reruns that took effect: `owner/repo#run -> attempt`. */
  readonly effects: string[] = [];
  /** How a new attempt begins; `begin` takes it from `queued` to `in_progress`. */
  attemptsStart: 'queued' | 'in_progress' = 'in_progress';
  /** The default branch of all repositories. */
  defaultBranch = 'main';
  /** As GitHub Enterprise Server before 2026: it does not know `return_run_details`. */
  isOld = false;
  /** Runs that were dispatched, in order, with their inputs. */
  readonly dispatched: { run: FakeRun; inputs: Record<string, unknown> }[] = [];
  private readonly known = new Map<string, FakeRun>();
  private readonly branches = new Map<string, string>();
  private nextRun = 1_000;

  /** All runs, the oldest first. */
  get runs(): readonly FakeRun[] {
    return [...this.known.values()];
  }

  /** undefined: there is none of that number in the repository. */
  find(repository: string, id: number | string): FakeRun | undefined {
    return this.known.get(`${repository}#${id}`);
  }

  /** Adds a run; by default it has failed in attempt 1 with one job. */
  addRun(run: NewRun = {}): FakeRun {
    const id = run.id ?? this.nextRun++;
    const whole: FakeRun = {
      repository: 'acme/shop',
      workflow: 'ci',
      path: '.github/workflows/ci.yml',
      headSha: 'a'.repeat(40),
      branch: 'main',
      attempt: 1,
      status: 'completed',
      conclusion: 'failure',
      createdAt: now(),
      reruns: 0,
      ...run,
      id,
      jobs: [
        run.jobs ?? [
          { name: 'build', conclusion: 'failure', failedStep: 'Install', log: 'npm error code ETIMEDOUT\n' },
        ],
      ],
    };
    this.known.set(`${whole.repository}#${id}`, whole);
    const home = whole.headRepository ?? whole.repository;
    if (!this.branches.has(`${home}:${whole.branch}`)) this.pushTo(home, whole.branch, whole.headSha);
    return whole;
  }

  /** As after the time that it keeps runs for: it does not know it any more, nor its branch. */
  forget(run: FakeRun): void {
    this.known.delete(`${run.repository}#${run.id}`);
    this.branches.delete(`${run.headRepository ?? run.repository}:${run.branch}`);
  }

  /** Starts the next attempt, as a person's click would. */
  rerun(run: FakeRun): void {
    run.attempt += 1;
    run.reruns += 1;
    run.status = this.attemptsStart;
    run.conclusion = null;
    run.startedAt = now();
    run.updatedAt = run.startedAt;
    run.jobs[run.attempt - 1] = [];
  }

  /** A runner takes up the newest attempt. */
  begin(run: FakeRun): void {
    run.status = 'in_progress';
  }

  /** Ends the newest attempt. */
  completeRun(run: FakeRun, conclusion: string, jobs?: FakeJob[]): void {
    run.status = 'completed';
    run.conclusion = conclusion;
    run.updatedAt = now();
    run.jobs[run.attempt - 1] = jobs ?? [
      { name: 'build', conclusion: conclusion === 'success' ? 'success' : 'failure', log: '' },
    ];
  }

  /** Moves a branch. */
  pushTo(repository: string, branch: string, sha: string): void {
    this.branches.set(`${repository}:${branch}`, sha);
  }

  /** The newest commit of a branch; undefined: there is no such branch. */
  headOf(repository: string, branch: string): string | undefined {
    return this.branches.get(`${repository}:${branch}`);
  }
}

/** GitHub's times have no parts of seconds. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
