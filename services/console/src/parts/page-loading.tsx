import { Skeleton, Stack } from '@mantine/core';
import { PageTitle } from './page-title.tsx';

/** A page whose code is not here yet. */
export function PageLoading({ title }: { title: string }) {
  return (
    <>
      <PageTitle title={title} />
      <Stack gap="md" role="status" aria-label={`Loading: ${title}`}>
        <Skeleton height={96} radius={14} />
        <Skeleton height={280} radius={14} />
      </Stack>
    </>
  );
}
