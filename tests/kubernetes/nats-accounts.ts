import { accountsConf, DOORS, type Door, USERS } from '@prunella/bus';
import { stringify } from 'yaml';

/**
 * The accounts of libs/bus/src/rights as a template of the chart, which puts in what is behind a door where `nats.open` names it. Passwords are variables of the server's environment,
 * as `prunella nats permissions` has them.
 */
export function natsAccounts(): string {
  return [
    '{{/* Made from libs/bus/src/rights by npm run kubernetes:generate. */}}',
    '',
    '{{/* Everybody who has a password. */}}',
    '{{- define "prunella.natsUsers" -}}',
    stringify(USERS).trimEnd(),
    '{{- end -}}',
    '',
    "{{/* The accounts in the servers' configuration. */}}",
    '{{- define "prunella.natsAccounts" -}}',
    ...withDoors(linesOf([])),
    '{{- end -}}',
    '',
  ].join('\n');
}

function linesOf(doors: readonly Door[]): string[] {
  return accountsConf({ passwordOf: (user) => `$PRUNELLA_NATS_${user.toUpperCase()}`, doors })
    .trimEnd()
    .split('\n');
}

/** Each door adds lines at one place. */
function withDoors(shut: readonly string[]): string[] {
  const additions = (Object.keys(DOORS) as Door[]).map((door) => {
    const open = linesOf([door]);
    const at = open.findIndex((line, index) => line !== shut[index]);
    return { door, at, lines: open.slice(at, at + open.length - shut.length) };
  });
  return shut.flatMap((line, index) => [
    ...additions
      .filter(({ at }) => at === index)
      .flatMap(({ door, lines }) => [`{{- if has "${door}" .Values.nats.open }}`, ...lines, '{{- end }}']),
    line,
  ]);
}
