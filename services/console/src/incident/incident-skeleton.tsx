import { Skeleton } from '@mantine/core';
import classes from './incident.module.css';

const STEPS = ['failure', 'evidence', 'diagnosis', 'action'];

export function IncidentSkeleton() {
  return (
    <div role="status" aria-label="Loading the incident">
      <Skeleton height={30} width={220} radius="xl" mt={22} mb={18} />
      <Skeleton height={20} width="70%" mb={36} />
      <div className={classes['columns']}>
        <div>
          {STEPS.map((step) => (
            <div key={step} className={classes['skeletonStep']}>
              <Skeleton height={30} circle />
              <div>
                <Skeleton height={13} width="28%" mb={11} />
                <Skeleton height={step === 'evidence' ? 84 : 11} width="86%" />
              </div>
            </div>
          ))}
        </div>
        <Skeleton height={300} radius="lg" />
      </div>
    </div>
  );
}
