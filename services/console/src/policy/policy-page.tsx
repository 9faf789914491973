import { Alert, Button, Skeleton, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { FileWarning, FlaskConical } from 'lucide-react';
import { useEffect } from 'react';
import { Link, useSearchParams } from 'react-router';
import { policyQuery } from '../api/backtests.ts';
import type { PolicyInForce } from '../gen/api.ts';
import { Card } from '../parts/card.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import partClasses from '../parts/parts.module.css';
import { Age } from '../parts/timestamp.tsx';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './policy.module.css';
import { Said } from './said.tsx';
import { YamlSource } from './yaml-lines.tsx';

const NO_FILE = '# There is no file: what holds is what is built in.\n';

function lineId(line: number): string {
  return `policy-line-${line}`;
}

/** The policy in force: in sentences, and as it is written. */
export function PolicyPage() {
  const { data, error, refetch } = useQuery(policyQuery);
  return (
    <>
      <div className={classes['top']}>
        <PageTitle title="Policy" />
        <Button component={Link} to="/backtest" leftSection={<FlaskConical size={15} aria-hidden />}>
          Try a change
        </Button>
      </div>
      {data === undefined && error !== null && <ErrorMessage error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && <InForce policy={data} />}
    </>
  );
}

function InForce({ policy }: { policy: PolicyInForce }) {
  const { file, source, redacted, since, rejected, sections } = policy;
  const [params, setParams] = useSearchParams();
  const marked = Number(params.get('line')) || undefined;
  const isWrittenOnly = params.get('written') === '1';

  function set(name: 'line' | 'written', value: string): void {
    const next = new URLSearchParams(params);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true, preventScrollReset: true });
  }

  useEffect(() => {
    if (marked !== undefined) document.getElementById(lineId(marked))?.scrollIntoView({ block: 'nearest' });
  }, [marked]);

  return (
    <>
      <p className={classes['intro']}>
        How far Prunella may go, and where.{' '}
        {source === null ? (
          <>There is no policy file: this is what holds without one.</>
        ) : (
          <>
            In force since <Age at={since} />, from <code title={file}>{nameOf(file)}</code>.
          </>
        )}{' '}
        Change it by changing that file; try the change on past failures first.
      </p>
      {source !== null && (
        <Switch
          className={classes['shown'] as string}
          label="Only what the file says"
          checked={isWrittenOnly}
          onChange={(event) => set('written', event.currentTarget.checked ? '1' : '')}
        />
      )}
      {rejected !== null && <Rejected file={file} rejected={rejected} />}
      <div className={classes['columns']}>
        <div>
          <Said
            sections={isWrittenOnly ? writtenOf(sections) : sections}
            marked={marked}
            onMark={(line) => set('line', String(line))}
          />
        </div>
        <div className={classes['beside']}>
          <Card
            title="As it is written"
            about={redacted ? 'Something in it looks like a secret, and is not shown.' : undefined}
            testId="policy-source"
          >
            <YamlSource label="The policy as YAML" text={source ?? NO_FILE} marked={marked} idOf={lineId} />
          </Card>
        </div>
      </div>
    </>
  );
}

/** Without what holds only because the file says nothing of it. */
function writtenOf(sections: PolicyInForce['sections']): PolicyInForce['sections'] {
  return sections
    .map((section) => ({ ...section, sentences: section.sentences.filter(({ line }) => line !== null) }))
    .filter(({ sentences }) => sentences.length > 0);
}

/** The last part of a path. */
function nameOf(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file;
}

function Rejected({ file, rejected }: { file: string; rejected: NonNullable<PolicyInForce['rejected']> }) {
  const { since, problems, source } = rejected;
  const lines = source?.split('\n');
  return (
    <Alert
      color="red"
      role="alert"
      icon={<FileWarning size={18} aria-hidden />}
      title="The file was changed and is broken: the policy before it stays in force"
      className={classes['rejected'] as string}
      data-testid="policy-rejected"
    >
      <p>
        Noticed <Age at={since} />. Mend <code title={file}>{nameOf(file)}</code>; it is read again by itself.
      </p>
      <ul>
        {problems.map(({ line, path, says, nearest }) => (
          <li key={`${line} ${path} ${says}`}>
            Line {line}: {path && <code>{path}</code>} {says}
            {nearest !== null && `; did you mean ${nearest}?`}
            {lines?.[line - 1]?.trim() && <code className={classes['wrongLine']}>{lines[line - 1]}</code>}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Loading() {
  return (
    <div className={partClasses['loading']} role="status" aria-label="Loading: the policy">
      {['72%', '58%', '66%', '49%'].map((width) => (
        <Skeleton key={width} height={14} width={width} />
      ))}
    </div>
  );
}
