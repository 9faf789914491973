import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RotateCw } from 'lucide-react';
import { doctorQuery, examineAgain, sessionQuery } from '../api/answers.ts';
import { Card } from '../parts/card.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { Age } from '../parts/timestamp.tsx';
import { useMayChange } from '../parts/use-who.tsx';
import { Findings } from './findings.tsx';
import { SERVICES } from './service-columns.tsx';
import { ServiceSettings } from './service-settings.tsx';
import classes from './settings.module.css';

/** How everything is set up: what is to be mended, what runs, and by which settings. */
export function SettingsPage() {
  return (
    <>
      <PageTitle title="Settings and doctor" />
      <ForOperators />
    </>
  );
}

function ForOperators() {
  const { data: session } = useQuery(sessionQuery);
  const mayLook = useMayChange();
  // Before it is known who sits here nothing is asked that they may not see.
  if (session === undefined) return null;
  if (mayLook) return <Examined />;
  return (
    <Card title="For operators">
      <p className={classes['waiting']}>
        It tells of addresses and rights, so it needs the role operator; you are {session.role}. Whoever runs Prunella
        can give you another token or role.
      </p>
    </Card>
  );
}

function Examined() {
  const { data, error, refetch } = useQuery(doctorQuery);
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: examineAgain,
    onSuccess: (report) => client.setQueryData(doctorQuery.queryKey, report),
  });
  const table = { error, onRetry: () => void refetch(), keyOf: ({ name }: { name: string }) => name };
  return (
    <>
      <Card
        title={titleOf(data?.bad)}
        about="Each service looks at what it alone can reach, by its own credentials. Nothing is changed by looking."
        testId="doctor"
        end={
          <span className={classes['end']}>
            {data && (
              <span className={classes['when']}>
                examined <Age at={data.examinedAt} />
              </span>
            )}
            <Button
              variant="default"
              leftSection={<RotateCw size={15} aria-hidden />}
              loading={again.isPending}
              onClick={() => again.mutate()}
            >
              Examine again
            </Button>
          </span>
        }
      >
        {again.error && (
          <p className={classes['waiting']} role="alert">
            {again.error.message}
          </p>
        )}
        {data ? (
          <Findings findings={data.findings} />
        ) : (
          <DataTable {...table} label="Findings" columns={[]} items={undefined} empty={null} />
        )}
      </Card>
      <Card title="Services" about="What runs, in how many replicas. They answer over NATS.">
        <DataTable
          {...table}
          label="Services"
          testId="services"
          columns={SERVICES}
          items={data?.services}
          empty="None."
        />
      </Card>
      {data && <ServiceSettings settings={data.settings} />}
    </>
  );
}

function titleOf(bad: number | undefined): string {
  if (bad === undefined) return 'Doctor';
  if (bad === 0) return 'Nothing must be mended';
  return bad === 1 ? 'One thing must be mended' : `${bad} things must be mended`;
}
