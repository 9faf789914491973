import { Button, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { type SubmitEvent, useState, useSyncExternalStore } from 'react';
import { isTokenNeeded, keepToken, onTokenChange, readToken } from '../api/token.ts';

/** Asks for the API's token when the API wants one, and gives it to every later call of this tab. */
export function TokenGate() {
  const needed = useSyncExternalStore(onTokenChange, isTokenNeeded);
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
    <Modal
      opened={needed}
      onClose={ignore}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      title="This Prunella asks for a token"
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm" c="var(--p-ink-2)">
            It is the value of PRUNELLA_API_TOKEN where the auditor runs. It stays in this tab and is forgotten when you
            close it.
          </Text>
          <PasswordInput
            label="API token"
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            error={wrong && token === '' ? 'The API did not accept the last token' : undefined}
            autoComplete="off"
            data-autofocus
          />
          <Button type="submit" leftSection={<KeyRound size={16} aria-hidden />}>
            Continue
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

/** The page is of no use without a token, so the dialog does not close. */
function ignore(): void {}
