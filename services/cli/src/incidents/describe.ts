import type { Context } from '../context.ts';
import { shorten } from '../table.ts';
import type { Detail, Incident } from './shapes.ts';

export const COLUMNS = ['opened', 'incident', 'pipeline', 'cause', 'action', 'verdict', 'outcome'];

/** An incident as a row of a table. */
export function row(context: Context, incident: Incident): string[] {
  return [
    incident.openedAt.slice(0, 19).replace('T', ' '),
    incident.id,
    `${shorten(incident.name || incident.pipelineId, 40)}${incident.simulated ? ' (simulated)' : ''}`,
    incident.cause ?? '-',
    incident.action ?? '-',
    incident.verdict ?? '-',
    paint(context, incident.outcome ?? incident.state),
  ];
}

/** One change of an incident in one line. */
export function changeLine(context: Context, incident: Incident): string {
  const { dim } = context.colors;
  const what = [incident.cause, incident.action].filter(Boolean).join(', ');
  const why = incident.outcomeReason || incident.reason || incident.explanation || '';
  return [
    dim((incident.updatedAt ?? incident.openedAt).slice(0, 19).replace('T', ' ')),
    incident.id,
    `${paint(context, incident.outcome ?? incident.state)}:`,
    shorten(incident.name || incident.pipelineId, 40),
    ...(what === '' ? [] : [`(${what})`]),
    ...(why === '' ? [] : [shorten(oneLine(why), 120)]),
  ].join(' ');
}

/** Everything about one incident. */
export function describeIncident(context: Context, incident: Detail): string[] {
  const { dim, bold, green, red } = context.colors;
  const fact = (name: string, value: string | null | undefined): string[] =>
    value ? [`  ${dim(name.padEnd(12))} ${value}`] : [];
  const confidence = incident.confidence == null ? '' : ` (confidence ${incident.confidence.toFixed(2)})`;
  const commit = [incident.branch, incident.headSha?.slice(0, 12)].filter(Boolean).join(' at ');
  return [
    `${bold(incident.name || incident.pipelineId)}  ${incident.id}${incident.simulated ? '  (simulated)' : ''}`,
    ...fact('repository', incident.repository),
    ...fact('commit', commit),
    ...fact('run', incident.url),
    ...fact('trace', incident.traceUrl || incident.traceId),
    ...fact('cause', incident.cause && `${incident.cause}${confidence}, by ${incident.decidedBy ?? 'nobody'}`),
    ...fact('because', incident.explanation),
    ...fact('or', incident.alternatives.map((one) => `${one.cause} (${one.confidence.toFixed(2)})`).join(', ')),
    ...fact('action', incident.action && `${incident.action}, ${incident.verdict ?? 'not decided yet'}`),
    ...fact('decided', incident.reason),
    ...fact('outcome', paint(context, incident.outcome ?? incident.state)),
    ...fact('proof', incident.outcomeReason),
    ...incident.vetoes.flatMap((veto) => fact('against', veto)),
    ...incident.gaps.flatMap((gap) => fact('not seen', gap)),
    ...section(
      'evidence',
      incident.evidence.map(
        ({ line, text, job }) => `${String(line).padStart(6)}  ${text}${job === '' ? '' : dim(`  (${job})`)}`,
      ),
    ),
    ...section(
      'what the policy checked',
      incident.reasons.map(({ check, allows, says }) => {
        return `  ${allows ? green('yes') : red('no ')}  ${check.padEnd(12)} ${says}`;
      }),
    ),
    ...section(
      'what happened',
      incident.timeline.map(({ at, title, says }) => `  ${at}  ${title}${says && `: ${says}`}`),
    ),
  ];
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function paint({ colors }: Context, state: string): string {
  if (state === 'healed') return colors.green(state);
  if (state === 'harmful' || state === 'ineffective') return colors.red(state);
  return state === 'handed_over' || state === 'awaiting_approval' ? colors.yellow(state) : state;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
