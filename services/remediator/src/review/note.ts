import type { ReviewNote } from '@prunella/ci';
import type { ActionType } from '@prunella/contracts';
import { fencedMarkdown as fenced, iso, plainMarkdown as plain } from '@prunella/core';
import { type Story, storyKey } from './story.ts';

const IN_WORDS: Readonly<Record<ActionType, string>> = {
  none: 'nothing',
  notify_human: 'a look at it',
  retry: 'a rerun',
  retry_with_backoff: 'a rerun after a wait',
  wait_for_dependency: 'a rerun once the dependency is back',
  rollback: 'a rollback',
  scale_resources: 'more resources',
  skip_test: 'to put the flaky test aside',
  reset_connections: 'to reset the connections',
  raise_timeout: 'a longer time-out',
  alternative_path: 'the alternative path',
};

/** What the author of a change is told. @param link where all of it can be seen; absent: nowhere that they could reach. Pure. */
export function noteOf(story: Story, link?: string): ReviewNote {
  const { order, earlier } = story;
  const { run } = order;
  const state = stateOf(story);
  const headline = { healed: 'passed again', healing: 'failed and is being healed', open: 'failed' }[state];
  const paragraphs = [
    `**Cause:** ${words(order.cause)} (${Math.round(order.confidence * 100)} % sure, ${plain(order.decidedBy)}). ${plain(order.diagnosis)}`,
    order.evidence.length === 0
      ? ''
      : fenced(order.evidence.map(({ job, line, text }) => `${job ? `${job}:` : ''}${line}: ${text}`)),
    whatBecame(story),
    earlier.map((attempt) => `- ${plain(attempt)}`).join('\n'),
    `<sub>Prunella, attempt ${run.attempt}${run.headSha === '' ? '' : ` of ${plain(run.headSha.slice(0, 12))}`}${link === undefined ? '' : ` · [all of it](<${link}>)`}</sub>`,
  ];
  return {
    key: storyKey(run),
    title: `${plain(run.name || run.pipelineId)} ${headline}`,
    body: paragraphs.filter((paragraph) => paragraph !== '').join('\n\n'),
    state,
  };
}

function stateOf({ waits, result, proof }: Story): ReviewNote['state'] {
  if (proof !== undefined) return proof.outcome === 'healed' ? 'healed' : 'open';
  if (result !== undefined) return result.status === 'executed' ? 'healing' : 'open';
  return waits === undefined || waits.kind === 'asked' ? 'open' : 'healing';
}

function whatBecame({ order, waits, result, proof }: Story): string {
  const action = IN_WORDS[order.action.type];
  if (result === undefined) {
    const why = `**Why:** ${plain(order.explanation)}`;
    switch (waits?.kind) {
      case 'asked':
        return `**Asked:** ${action}. Somebody has to approve it by ${iso(waits.expiresAt)}, or nothing is done.\n${why}`;
      case 'parked':
        return `**Waiting:** ${action}, but ${plain(waits.says)}.\n${why}`;
      case 'scheduled':
        return `**Planned:** ${action} at ${iso(waits.dueAt)}.\n${why}`;
      default:
        return why;
    }
  }
  const outcome =
    proof === undefined
      ? 'It is not known yet whether that helped.'
      : `**Outcome:** ${proof.outcome}. ${plain(proof.reason)}`;
  const why = plain(result.explanation);
  switch (result.status) {
    case 'executed':
      return `**Done:** ${plain(result.effect)}.\n**Why:** ${why}\n${outcome}`;
    case 'recommended':
      return `**Recommended:** ${action}; nothing was done.\n**Why:** ${why}`;
    case 'handed_over':
      return `**For people:** ${why}`;
    default:
      return `**Not done:** ${action}.\n**Why:** ${why}`;
  }
}

function words(cause: string): string {
  return cause.replaceAll('_', ' ');
}
