import { Button } from '@mantine/core';
import { CloudOff, RotateCw, TriangleAlert } from 'lucide-react';
import { ProblemError } from '../api/problem.ts';
import { Message } from './message.tsx';

/** Says what went wrong and offers to try again. */
export function ErrorMessage({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const problem = error instanceof ProblemError ? error : undefined;
  return (
    <div role="alert">
      <Message
        tone="red"
        testId="error"
        icon={problem?.status === 0 ? <CloudOff size={26} /> : <TriangleAlert size={26} />}
        title={problem?.title ?? 'Something went wrong here'}
        action={
          <Button variant="default" leftSection={<RotateCw size={15} aria-hidden />} onClick={onRetry}>
            Try again
          </Button>
        }
      >
        {problem ? problem.detail : error.message}
      </Message>
    </div>
  );
}
