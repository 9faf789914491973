import { Alert, Button, Group, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { answer as answerOf, api } from '../api/client.ts';
import { incidentQuery } from '../api/queries.ts';
import type { IncidentDetail } from '../model/incident.ts';
import { useMayChange, useWho } from '../parts/use-who.tsx';
import classes from './incident.module.css';

/** The answer to what waits for a human: yes or no, by whom and why. */
export function ApprovalPanel({ incident }: { incident: IncidentDetail }) {
  const who = useWho();
  const mayChange = useMayChange();
  const [reason, setReason] = useState('');
  const queryClient = useQueryClient();
  const answer = useMutation({
    mutationFn: (approved: boolean) => {
      who.keep();
      const { attempt } = incident;
      const body = { approved, ...(who.by !== undefined && { by: who.by }), reason: reason.trim(), attempt };
      return answerOf(api.POST('/v1/approvals/{incident}', { params: { path: { incident: incident.id } }, body }));
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: incidentQuery(incident.id).queryKey }),
  });
  const nameless = !who.isKnown;
  // Where more people have to say yes, or this one may not, the panel stays.
  const open = answer.data?.state === 'waiting' || answer.data?.state === 'not_allowed';
  const done = answer.isPending || (answer.isSuccess && !open);

  if (!mayChange) return null;
  return (
    <section className={classes['panel']} data-testid="approval" aria-label="Approval">
      <h2>Waits for your answer</h2>
      <Text size="sm" mb="sm">
        Prunella would do <code>{incident.action}</code>. Nothing happens until somebody says yes.
      </Text>
      {who.field}
      <Textarea
        label="Why"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
        autosize
        minRows={2}
        mt="sm"
      />
      <Group mt="md" gap="sm">
        <Button
          leftSection={<Check size={15} aria-hidden />}
          disabled={nameless || done}
          loading={answer.isPending && answer.variables}
          onClick={() => answer.mutate(true)}
        >
          Approve
        </Button>
        <Button
          variant="default"
          leftSection={<X size={15} aria-hidden />}
          disabled={nameless || done}
          loading={answer.isPending && !answer.variables}
          onClick={() => answer.mutate(false)}
        >
          Reject
        </Button>
      </Group>
      {open && (
        <Alert color={answer.data?.state === 'waiting' ? 'blue' : 'yellow'} mt="md" role="status">
          {answer.data?.says}
        </Alert>
      )}
      {answer.isError && (
        <Alert color="red" mt="md" role="alert">
          {answer.error.message}
        </Alert>
      )}
    </section>
  );
}
