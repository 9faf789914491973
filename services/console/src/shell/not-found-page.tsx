import { Button } from '@mantine/core';
import { Compass } from 'lucide-react';
import { Link } from 'react-router';
import { Message } from './message.tsx';
import { usePageTitle } from './use-page-title.ts';

export function NotFoundPage() {
  usePageTitle('Not found');
  return (
    <Message
      testId="not-found"
      icon={<Compass size={26} />}
      title="There is no such page"
      action={
        <Button component={Link} to="/incidents" variant="default">
          All incidents
        </Button>
      }
    >
      The address may be mistyped, or the page has moved.
    </Message>
  );
}
