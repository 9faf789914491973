import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useWho } from './use-who.tsx';

interface ChangeDialogProps<T> {
  title: string;
  /** What happens, in a sentence. */
  about: ReactNode;
  /** On the button. */
  verb: string;
  /** Red where it takes something away. */
  color?: string;
  /** Makes the change. */
  change: (who: { by: string | undefined; reason: string }) => Promise<T>;
  /** What is read again afterwards. */
  refreshes: readonly QueryKey[];
  /** Shown instead of closing. */
  after?: (answer: T) => ReactNode;
  onClose: () => void;
  /** Fields beside name and reason. */
  children?: ReactNode;
  /** Whether those fields are filled in. */
  ready?: boolean;
}

/** Asks who makes a change and why, makes it, and says when it was refused. */
export function ChangeDialog<T>(props: ChangeDialogProps<T>) {
  const { title, about, verb, color, change, refreshes, after, onClose, children, ready = true } = props;
  const who = useWho();
  const [reason, setReason] = useState('');
  const queryClient = useQueryClient();
  const making = useMutation({
    mutationFn: () => {
      who.keep();
      return change({ by: who.by, reason: reason.trim() });
    },
    onSuccess: async () => {
      await Promise.all(refreshes.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      if (after === undefined) onClose();
    },
  });

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    making.mutate();
  }

  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': 'Close' }}>
      {making.isSuccess && after !== undefined ? (
        after(making.data)
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <div>{about}</div>
            {children}
            {who.field}
            <Textarea
              label="Why"
              description="It is recorded with the change."
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              maxLength={500}
              autosize
              minRows={2}
              required
            />
            {making.isError && (
              <Alert color="red" role="alert">
                {making.error.message}
              </Alert>
            )}
            <Group justify="flex-end" gap="sm">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                type="submit"
                {...(color !== undefined && { color })}
                loading={making.isPending}
                disabled={!who.isKnown || reason.trim() === '' || !ready}
              >
                {verb}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
