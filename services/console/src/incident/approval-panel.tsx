import { Alert, Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { postJson } from '../api/client.ts';
import { keepPerson, readPerson } from '../api/person.ts';
import { incidentQuery } from '../api/queries.ts';
import type { IncidentDetail } from '../model/incident.ts';
import classes from './incident.module.css';

/** The answer to what waits for a human: yes or no, by whom and why. */
export function ApprovalPanel({ incident }: { incident: IncidentDetail }) {
  const [by, setBy] = useState(readPerson);
  const [reason, setReason] = useState('');
  const queryClient = useQueryClient();
  const answer = useMutation({
    mutationFn: (approved: boolean) => {
      keepPerson(by.trim());
      const path = `/v1/approvals/${encodeURIComponent(incident.id)}`;
      return postJson(path, { approved, by: by.trim(), reason: reason.trim() });
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: incidentQuery(incident.id).queryKey }),
  });
  const nameless = by.trim() === '';
  const done = answer.isPending || answer.isSuccess;

  return (
    <section className={classes['panel']} data-testid="approval" aria-label="Approval">
      <h2>Waits for your answer</h2>
      <Text size="sm" mb="sm">
        Prunella would do <code>{incident.action}</code>. Nothing happens until somebody says yes.
      </Text>
      <TextInput
        label="Your name"
        description="It is recorded with the answer."
        value={by}
        onChange={(event) => setBy(event.currentTarget.value)}
        maxLength={256}
        required
      />
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
      {answer.isError && (
        <Alert color="red" mt="md" role="alert">
          {answer.error.message}
        </Alert>
      )}
    </section>
  );
}
