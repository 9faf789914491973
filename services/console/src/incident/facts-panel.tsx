import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy, ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatDuration, safeUrl, shortSha } from '../model/format.ts';
import type { IncidentDetail } from '../model/incident.ts';
import { Exact } from '../parts/timestamp.tsx';
import classes from './incident.module.css';

/** What a person needs to look further: links, commit, attempt, ids. */
export function FactsPanel({ incident }: { incident: IncidentDetail }) {
  const url = safeUrl(incident.url);
  const traceUrl = safeUrl(incident.traceUrl);
  return (
    <section className={classes['panel']} data-testid="facts">
      <h2>Facts</h2>
      <dl>
        {(incident.runId || url) && (
          <Fact name="Run">
            {url ? (
              <a href={url} target="_blank" rel="noreferrer noopener" data-testid="run-link">
                {incident.runId || 'Open'}
                <ExternalLink size={12} aria-label="opens in a new tab" />
              </a>
            ) : (
              incident.runId
            )}
          </Fact>
        )}
        <Fact name="Attempt">{incident.attempt}</Fact>
        {incident.headSha && (
          <Fact name="Commit" copy={incident.headSha}>
            <code>{shortSha(incident.headSha)}</code>
          </Fact>
        )}
        {incident.branch && (
          <Fact name="Branch">
            <code>{incident.branch}</code>
          </Fact>
        )}
        {incident.repository && <Fact name="Repository">{incident.repository}</Fact>}
        <Fact name="Platform">{incident.platform}</Fact>
        <Fact name="Reported by">{incident.source}</Fact>
        <Fact name="Opened">
          <Exact at={incident.openedAt} />
        </Fact>
        {incident.closedAt && (
          <Fact name="Closed">
            <Exact at={incident.closedAt} />
            <span className={classes['factNote']}>
              after {formatDuration(Date.parse(incident.closedAt) - Date.parse(incident.openedAt))}
            </span>
          </Fact>
        )}
        <Fact name="Pipeline id" copy={incident.pipelineId}>
          <code>{incident.pipelineId}</code>
        </Fact>
        <Fact name="Incident id" copy={incident.id}>
          <code>{incident.id}</code>
        </Fact>
        {incident.traceId && (
          <Fact name="Trace" copy={incident.traceId}>
            {traceUrl ? (
              <a href={traceUrl} target="_blank" rel="noreferrer noopener" data-testid="trace-link">
                <code>{incident.traceId.slice(0, 12)}</code>
                <ExternalLink size={12} aria-label="opens in a new tab" />
              </a>
            ) : (
              <code title={incident.traceId}>{incident.traceId.slice(0, 12)}</code>
            )}
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, copy, children }: { name: string; copy?: string; children: ReactNode }) {
  return (
    <div className={classes['fact']}>
      <dt>{name}</dt>
      <dd>
        <span className={classes['factValue']}>{children}</span>
        {copy && <Copyable value={copy} name={name.toLowerCase()} />}
      </dd>
    </div>
  );
}

function Copyable({ value, name }: { value: string; name: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy the ${name}`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={22}
            aria-label={copied ? `The ${name} was copied` : `Copy the ${name}`}
            onClick={copy}
          >
            {copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
