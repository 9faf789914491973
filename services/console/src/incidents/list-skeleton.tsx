import { Skeleton } from '@mantine/core';
import classes from './incidents.module.css';

const ROWS = [62, 48, 70, 55, 66, 51, 59];

export function ListSkeleton() {
  return (
    <div className={classes['list']} role="status" aria-label="Loading incidents">
      {ROWS.map((width) => (
        <div key={width} className={classes['skeletonRow']}>
          <Skeleton height={24} width={110} radius="xl" />
          <div>
            <Skeleton height={12} width={`${width - 25}%`} mb={10} />
            <Skeleton height={10} width={`${width + 15}%`} />
          </div>
        </div>
      ))}
    </div>
  );
}
