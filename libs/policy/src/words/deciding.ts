import { type ActionType, actionTypes, type Mode, type Risk } from '@prunella/contracts';
import { riskOf } from '@prunella/core';
import { approversText } from '../approval.ts';
import { isFrozen } from '../freeze.ts';
import type { PipelineEntry, Policy } from '../policy.ts';
import {
  action,
  allOf,
  anyOf,
  count,
  DAYS,
  MODES,
  type PolicySection,
  type PolicySentence,
  percent,
  sentence,
  subject,
  time,
} from './phrases.ts';

/** How far it may go by itself, everywhere. */
export function reach({ mode, thresholds, attempts, cooldown }: Policy): PolicySection {
  return {
    id: 'reach',
    title: 'How far Prunella may go',
    sentences: [
      { says: modeText(mode), at: ['mode'] },
      ...(['cheap', 'reversible'] as const).map((risk) => ({
        says: thresholdText(risk, thresholds[risk]),
        at: ['thresholds', risk],
      })),
      ...(thresholds.free > 0
        ? [{ says: `A person is told from ${percent(thresholds.free)} confidence on.`, at: ['thresholds', 'free'] }]
        : []),
      { says: 'What cannot be undone is never done without a person.', at: ['thresholds'] },
      {
        says: `An incident may be healed ${count(attempts, 'time')} at most; then a person is told.`,
        at: ['attempts'],
      },
      {
        says:
          cooldown === 0
            ? 'The same action may be done again at once.'
            : `At least ${time(cooldown)} pass between two of the same action on the same branch or workload.`,
        at: ['cooldown'],
      },
    ],
  };
}

function modeText(mode: Mode | undefined): string {
  if (mode !== undefined) return `Prunella ${MODES[mode]}.`;
  return `Prunella ${MODES.recommend}. On the playground, where nothing is real, it acts.`;
}

const DONE_BY_RISK: Readonly<Record<Exclude<Risk, 'free' | 'irreversible'>, string>> = {
  cheap: 'What costs little',
  reversible: 'What can be undone',
};

function thresholdText(risk: keyof typeof DONE_BY_RISK, least: number): string {
  const actions = actionTypes.filter((type: ActionType) => riskOf(type) === risk).map(action);
  return `${DONE_BY_RISK[risk]} (${allOf(actions)}) needs ${percent(least)} confidence; below that it is only recommended.`;
}

/** Entries of `pipelines`. */
export function exceptions({ pipelines }: Policy): PolicySection {
  return {
    id: 'exceptions',
    title: 'Exceptions',
    sentences:
      pipelines.length === 0
        ? [{ says: 'There are none: the same holds for every pipeline.', at: ['pipelines'] }]
        : pipelines.map((entry, index) => ({
            says: `For ${subject(entry.match)}: ${exceptionText(entry)}.`,
            at: ['pipelines', index],
          })),
  };
}

function exceptionText({ mode, thresholds = {}, attempts, cooldown, approveWithin }: PipelineEntry): string {
  const { free, cheap, reversible } = thresholds;
  const parts = [
    mode && `Prunella ${MODES[mode]}`,
    cheap !== undefined && `retries and waits need ${percent(cheap)} confidence`,
    reversible !== undefined && `what can be undone needs ${percent(reversible)} confidence`,
    free !== undefined && `a person is told from ${percent(free)} confidence on`,
    attempts !== undefined && `an incident may be healed ${count(attempts, 'time')} at most`,
    cooldown !== undefined &&
      (cooldown === 0 ? 'the same action may be done again at once' : `${time(cooldown)} pass between two of the same`),
    approveWithin !== undefined && `a question is open for ${time(approveWithin)}`,
  ].filter((part) => typeof part === 'string');
  return parts.join('; ') || 'nothing is different';
}

const AT_MOST: Readonly<Record<Mode, string>> = {
  observe: 'it is only watched',
  recommend: 'it is recommended at most, and nothing is done by itself',
  approve: 'a person is always asked first',
  act: 'nothing is held back',
};

/** Where less is allowed, whatever else is said: `protect` and `freezes`. @param at in ms since the epoch. */
export function bounds({ protect, freezes }: Policy, at: number): PolicySection {
  const none: PolicySentence[] =
    protect.length + freezes.length === 0
      ? [{ says: 'Nothing is protected, and there is no freeze.', at: ['protect'] }]
      : [];
  return {
    id: 'bounds',
    title: 'Protected, whatever else is said',
    sentences: [
      ...none,
      ...protect.map(({ match, mode }, index) => ({
        says: `For ${subject(match)}: ${AT_MOST[mode]}.`,
        at: ['protect', index],
      })),
      ...freezes.map((freeze, index) => ({
        says: `Freeze ${freeze.name}, ${freezeTime(freeze)}: for ${subject(freeze.match)}, ${AT_MOST.recommend}.`,
        at: ['freezes', index],
        ...(isFrozen(freeze, at) && { holdsNow: true as const }),
      })),
    ],
  };
}

function freezeTime(freeze: Policy['freezes'][number]): string {
  if (!('weekly' in freeze)) return `from ${moment(freeze.from)} to ${moment(freeze.to)}`;
  const { from, to, zone } = freeze.weekly;
  const named = (text: string) => text.replace(/^\w+/, (day) => DAYS[day] ?? day);
  return `every week from ${named(from)} to ${named(to)} (${zone})`;
}

/** `2026-12-20 00:00 UTC`; another offset stays as it is written. */
function moment(text: string): string {
  return text
    .replace('T', ' ')
    .replace(/:00(?:\.0+)?(?=Z|[+-])/, '')
    .replace(/Z$/, ' UTC');
}

/** What is asked, and who may answer. */
export function approvals({ approveWithin, approvals: rules }: Policy): PolicySection {
  return {
    id: 'approvals',
    title: 'Who is asked',
    sentences: [
      {
        says: `A question that nobody answers within ${time(approveWithin)} is dropped: nothing is done.`,
        at: ['approveWithin'],
      },
      ...rules.map(({ match, by, quorum }, index) => ({
        says:
          quorum > 1
            ? sentence(`${subject(match)} needs a yes of ${count(quorum, 'person', 'people')} out of ${anyOf(by)}`)
            : sentence(`${subject(match)} needs a yes of ${approversText({ by, quorum })}`),
        at: ['approvals', index],
      })),
      {
        says:
          rules.length === 0
            ? 'Whoever may operate Prunella may answer.'
            : 'Elsewhere, whoever may operate Prunella may answer.',
        at: ['approvals'],
      },
    ],
  };
}
