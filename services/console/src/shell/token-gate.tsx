import { Alert, Button, Divider, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, LogIn } from 'lucide-react';
import { type SubmitEvent, useState, useSyncExternalStore } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { sessionQuery } from '../api/answers.ts';
import { isTokenNeeded, keepToken, onTokenChange, readToken } from '../api/token.ts';

/** Why somebody is back from the provider without being signed in. */
const PROBLEMS: Record<string, string> = {
  refused: 'The provider did not let you in.',
  expired: 'That took too long, or was begun in another browser. Try again.',
  'no-role':
    'You are signed in at the provider, but none of your groups has a role here. An admin can give one (OIDC_ROLES).',
  unavailable: 'The provider does not answer. Try again later, or use a token.',
};

/** Asks who it is when the API wants to know: by the provider, or by a token, which goes with every later call of this tab. */
export function TokenGate() {
  const needed = useSyncExternalStore(onTokenChange, isTokenNeeded);
  const { data: session } = useQuery(sessionQuery);
  const { pathname, search } = useLocation();
  const [params] = useSearchParams();
  const problem = PROBLEMS[params.get('sign-in') ?? ''];
  const singleSignOn = session?.singleSignOn ?? false;
  const to = params.has('sign-in') ? '/' : `${pathname}${search}`;

  return (
    <Modal
      opened={needed}
      onClose={ignore}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      title={singleSignOn ? 'Sign in to Prunella' : 'This Prunella asks for a token'}
    >
      <Stack gap="md">
        {problem && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        {singleSignOn && (
          <>
            <Button
              component="a"
              href={`/auth/sign-in?${new URLSearchParams({ to })}`}
              leftSection={<LogIn size={16} aria-hidden />}
            >
              Sign in
            </Button>
            <Divider label="or" />
          </>
        )}
        <TokenForm />
      </Stack>
    </Modal>
  );
}

function TokenForm() {
  const queryClient = useQueryClient();
  const [token, setToken] = useState('');
  const wrong = readToken() !== null;

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    if (token.trim() === '') return;
    keepToken(token.trim());
    setToken('');
    void queryClient.resetQueries();
  }

  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm" c="var(--p-ink-2)">
          The value of PRUNELLA_API_TOKEN where the auditor runs, or a token that an admin gave you. It stays in this
          tab and is forgotten when you close it.
        </Text>
        <PasswordInput
          label="API token"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={wrong && token === '' ? 'The API did not accept the last token' : undefined}
          autoComplete="off"
          data-autofocus
        />
        <Button type="submit" variant="default" leftSection={<KeyRound size={16} aria-hidden />}>
          Continue
        </Button>
      </Stack>
    </form>
  );
}

/** The page is of no use to somebody unknown, so the dialog does not close. */
function ignore(): void {}
