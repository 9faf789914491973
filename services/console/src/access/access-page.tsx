import { Alert, Button, Code, CopyButton, Group, Select, Stack, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Check, Copy, Plus } from 'lucide-react';
import { useState } from 'react';
import { changesQuery, sessionQuery, tokensQuery } from '../api/answers.ts';
import { answer, api } from '../api/client.ts';
import type { ApiToken, ChangeList, NewApiToken } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { ChangeDialog } from '../parts/change-dialog.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Pill } from '../parts/pill.tsx';
import { ShowOlder } from '../parts/show-older.tsx';
import { Age, Until } from '../parts/timestamp.tsx';

const ROLES = [
  { value: 'reporter', label: 'reporter: a pipeline that tells and asks' },
  { value: 'viewer', label: 'viewer: looks' },
  { value: 'operator', label: 'operator: changes' },
  { value: 'admin', label: 'admin: lets others in' },
] as const;
const LASTS = [
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
  { value: '365d', label: 'a year' },
  { value: '', label: 'until it is revoked' },
];

/** Who may do what, and who did. */
export function AccessPage() {
  const { data: session } = useQuery(sessionQuery);
  return (
    <>
      <PageTitle title="Access" />
      {session?.role === 'admin' && <Tokens />}
      <Changes />
    </>
  );
}

function Tokens() {
  const { data, error, refetch } = useQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();
  const columns: readonly Column<ApiToken>[] = [
    { title: 'Name', cell: ({ name }) => name },
    { title: 'Role', cell: ({ role }) => <Pill tone={role === 'admin' ? 'violet' : 'gray'}>{role}</Pill> },
    { title: 'Given out', cell: ({ createdAt }) => <Age at={createdAt} /> },
    { title: 'By', cell: ({ createdBy }) => createdBy },
    { title: 'Used last', cell: ({ lastUsedAt }) => (lastUsedAt ? <Age at={lastUsedAt} /> : 'never') },
    { title: 'Good until', cell: ({ expiresAt }) => (expiresAt ? <Until at={expiresAt} /> : 'revoked') },
    {
      title: 'Change',
      cell: (token) => (
        <Button size="compact-sm" variant="default" onClick={() => setRevoking(token)}>
          Revoke
        </Button>
      ),
    },
  ];
  return (
    <Card
      title="Tokens"
      about="Each pipeline, wallboard and script has one of its own, with no more rights than it needs."
      end={
        <Button size="compact-md" leftSection={<Plus size={15} aria-hidden />} onClick={() => setCreating(true)}>
          New token
        </Button>
      }
    >
      <DataTable
        label="Tokens"
        testId="tokens"
        columns={columns}
        items={data?.items}
        keyOf={({ id }) => id}
        error={error}
        onRetry={() => void refetch()}
        empty="No token was given out. PRUNELLA_API_TOKEN is not listed."
      />
      {creating && <NewToken onClose={() => setCreating(false)} />}
      {revoking && (
        <ChangeDialog
          title={`Revoke the token of ${revoking.name}`}
          about="It opens nothing from now on, at any service."
          verb="Revoke"
          color="red"
          change={(who) => answer(api.DELETE('/v1/tokens/{id}', { params: { path: { id: revoking.id } }, body: who }))}
          refreshes={[['access']]}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </Card>
  );
}

function NewToken({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<ApiToken['role']>('reporter');
  const [expires, setExpires] = useState('90d');
  return (
    <ChangeDialog<NewApiToken>
      title="New token"
      about="It is shown once, and kept nowhere."
      verb="Create"
      change={(who) =>
        answer(
          api.POST('/v1/tokens', { body: { name: name.trim(), role, ...(expires !== '' && { expires }), ...who } }),
        )
      }
      refreshes={[['access']]}
      ready={name.trim() !== ''}
      after={({ token }) => <Shown token={token} onClose={onClose} />}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Whose it is: recorded with what is changed with it."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={128}
        required
      />
      <Select
        label="Role"
        data={ROLES}
        value={role}
        onChange={(value) => setRole(ROLES.find((one) => one.value === value)?.value ?? role)}
        allowDeselect={false}
      />
      <Select
        label="Good for"
        data={LASTS}
        value={expires}
        onChange={(value) => setExpires(value ?? '')}
        allowDeselect={false}
      />
    </ChangeDialog>
  );
}

function Shown({ token, onClose }: { token: string; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Alert color="green" role="status">
        Keep it now: it is not shown again.
      </Alert>
      <Code block data-testid="new-token">
        {token}
      </Code>
      <Group justify="flex-end" gap="sm">
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

type Change = ChangeList['items'][number];

const CHANGES: readonly Column<Change>[] = [
  { title: 'When', cell: ({ at }) => <Age at={at} /> },
  {
    title: 'Who',
    cell: ({ who, role, via }) => (
      <span>
        {who || '–'}
        <span className={partClasses['note']}>
          {via === 'token' || via === 'session' ? role : `${role}, as they say`}
        </span>
      </span>
    ),
  },
  { title: 'What', cell: ({ what }) => <code>{what}</code> },
  { title: 'Why', wide: true, cell: ({ reason }) => reason || '–' },
  {
    title: 'Answer',
    cell: ({ status }) =>
      status === null ? (
        <Pill tone="amber">not known</Pill>
      ) : (
        <Pill tone={status < 300 ? 'green' : 'red'}>{status < 300 ? 'done' : `refused, ${status}`}</Pill>
      ),
  },
];

function Changes() {
  const query = useInfiniteQuery(changesQuery);
  return (
    <Card
      title="Changes"
      about="What was changed through the API, this console and the command line, or was asked to be."
    >
      <DataTable
        label="Changes"
        testId="changes"
        columns={CHANGES}
        items={query.data?.pages.flatMap(({ items }) => items)}
        keyOf={({ id }) => id}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty="Nobody changed anything yet."
      />
      <ShowOlder query={query} />
    </Card>
  );
}
