import type { Scenario } from './simulation/scenario.ts';
import { newestAttempt, type SimulatedRun } from './simulation/simulation.ts';

const SHOWN = 50;

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
  .note { border-left: 4px solid #b7791f; padding: .5rem 1rem; background: #b7791f22; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8884; }
  tr:target { background: #3182ce33; }
  .success { color: #2f855a; } .failure { color: #c53030; }
`;

/** What a person sees at the playground's address; brings itself up to date. */
export function page(runs: readonly SimulatedRun[], scenarios: readonly Scenario[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width">
<title>Prunella playground (simulated)</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Playground</h1>
<p class="note"><strong>Everything here is simulated.</strong> No real pipeline runs: this process pretends to be a CI
platform whose jobs fail in realistic ways, so that Prunella can be seen at work. Connect a real platform, and it is not started.</p>
<h2>Runs</h2>
<table>
<thead><tr><th>Run</th><th>Pipeline</th><th>Scenario</th><th>Attempt</th><th>State</th><th>Logs</th></tr></thead>
<tbody>
${runs.slice(0, SHOWN).map(row).join('\n')}
</tbody>
</table>
<h2>Scenarios</h2>
<p>Start one by <code>POST /api/scenarios/&lt;name&gt;</code>.</p>
<ul>
${scenarios.map(({ name, summary }) => `<li><code>${escaped(name)}</code>: ${escaped(summary)}</li>`).join('\n')}
</ul>
</body>
</html>
`;
}

function row(run: SimulatedRun): string {
  const attempt = newestAttempt(run);
  const state = attempt.conclusion ?? attempt.status;
  const logs = attempt.jobs
    .filter(({ conclusion }) => conclusion !== undefined)
    .map(({ id, name }) => `<a href="/api/jobs/${encodeURIComponent(id)}/log">${escaped(name)}</a>`)
    .join(' ');
  const cells = [run.id, run.pipelineId, run.scenario.name, String(attempt.number)].map(
    (text) => `<td>${escaped(text)}</td>`,
  );
  return `<tr id="${escaped(run.id)}">${cells.join('')}<td class="${escaped(state)}">${escaped(state)}</td><td>${logs}</td></tr>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
