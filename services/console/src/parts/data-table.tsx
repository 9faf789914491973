import { Skeleton } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { ErrorMessage } from '../shell/error-message.tsx';
import classes from './parts.module.css';

export interface Column<T> {
  title: string;
  cell: (item: T) => ReactNode;
  /** Numbers stand to the right. */
  numeric?: boolean;
  /** Takes what room is left. */
  wide?: boolean;
}

interface DataTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  /** undefined: not known yet. */
  items: readonly T[] | undefined;
  keyOf: (item: T) => string;
  /** Stands below the row of an item, over its whole width; null: nothing does. */
  below?: (item: T) => ReactNode;
  error: Error | null;
  onRetry: () => void;
  /** What stands there when there is nothing. */
  empty: ReactNode;
  testId?: string;
}

/** A table of things; on a phone each becomes a card of its own, with the titles before the values. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, columns, items, keyOf, below, error, onRetry, empty, testId } = props;
  if (items === undefined && error !== null) return <ErrorMessage error={error} onRetry={onRetry} />;
  if (items === undefined) return <Loading label={label} />;
  if (items.length === 0) return <div className={classes['empty']}>{empty}</div>;
  return (
    <table className={classes['table']} aria-label={label} data-testid={testId}>
      <thead>
        <tr>
          {columns.map(({ title, numeric }) => (
            <th key={title} scope="col" data-numeric={numeric || undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <Fragment key={keyOf(item)}>
            <tr>
              {columns.map(({ title, cell, numeric, wide }) => (
                <td key={title} data-title={title} data-numeric={numeric || undefined} data-wide={wide || undefined}>
                  {cell(item)}
                </td>
              ))}
            </tr>
            <Below columns={columns.length}>{below?.(item)}</Below>
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Below({ columns, children }: { columns: number; children: ReactNode }) {
  if (children === null || children === undefined) return null;
  return (
    <tr data-below>
      <td colSpan={columns}>{children}</td>
    </tr>
  );
}

const WIDTHS = ['72%', '58%', '66%', '49%'];

function Loading({ label }: { label: string }) {
  return (
    <div className={classes['loading']} role="status" aria-label={`Loading: ${label}`}>
      {WIDTHS.map((width) => (
        <Skeleton key={width} height={14} width={width} />
      ))}
    </div>
  );
}
