import { Alert, Button, CopyButton, Group, Modal, NativeSelect, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { draftQuery } from '../api/report-queries.ts';
import type { CoverageDraftQuery, RuleDraft } from '../gen/api.ts';
import { CAUSES } from '../model/words.ts';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './learning.module.css';

type Known = NonNullable<CoverageDraftQuery['cause']>;
const KNOWN = Object.entries(CAUSES)
  .filter(([cause]) => cause !== 'unknown')
  .map(([value, { label }]) => ({ value: value as Known, label }));

/** A rule for a cluster of unknown failures: what would be written, and what to do with it. Nothing is changed. */
export function DraftDialog({ cluster, onClose }: { cluster: string; onClose: () => void }) {
  const [cause, setCause] = useState<Known | ''>('');
  const { data, error, refetch } = useQuery(draftQuery(cluster, cause));
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title="A rule for these failures"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {data === undefined && error !== null ? (
        <ErrorMessage error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <div role="status" aria-label="Loading: the draft">
          <Skeleton height={260} />
        </div>
      ) : (
        <Stack gap="sm">
          <NativeSelect
            label="Their cause"
            description={
              data.suggested && data.cause !== null
                ? 'Suggested: what the diagnoses considered most. Choose another if you know better.'
                : 'What you know these failures to be.'
            }
            value={cause || (data.cause ?? '')}
            onChange={(event) => setCause(KNOWN.find(({ value }) => value === event.currentTarget.value)?.value ?? '')}
            data={[...(data.cause === null ? [{ value: '', label: 'Choose a cause' }] : []), ...KNOWN]}
          />
          {data.yaml === null ? (
            <Alert color="yellow" title="No rule can be drafted yet">
              {data.reason}
            </Alert>
          ) : (
            <Drafted draft={data} yaml={data.yaml} />
          )}
        </Stack>
      )}
    </Modal>
  );
}

function Drafted({ draft, yaml }: { draft: RuleDraft; yaml: string }) {
  const file = `prunella-rules/${draft.ruleId}.yaml`;
  return (
    <>
      <Group justify="space-between" align="end" gap="xs">
        <span className={classes['about']}>
          From {draft.samples} {draft.samples === 1 ? 'failure' : 'failures'}. It only tells people until you change its
          action.
        </span>
        <CopyButton value={yaml}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="default"
              leftSection={copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre className={classes['yaml']} data-testid="draft" tabIndex={0}>
        {yaml}
      </pre>
      <ol className={classes['steps']}>
        <li>
          Save it as <code>{file}</code> in the folder of your rules (<code>PRUNELLA_RULES_DIR</code>).
        </li>
        <li>
          Read it: are the cause, <code>says</code> and <code>action</code> right? Put lines that look like it and are
          harmless into <code>examples.no_match</code>.
        </li>
        <li>
          Run <code>prunella rules lint {file}</code> and <code>prunella rules test {file}</code>, then restart the
          diagnoser.
        </li>
        <li>
          <code>prunella rules draft {draft.cluster}</code> writes the same and tries it on stored logs of runs that
          passed.
        </li>
      </ol>
    </>
  );
}
