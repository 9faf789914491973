import { Alert, Button, CopyButton, Group, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Check, Download, FileJson, FileText, Link2 } from 'lucide-react';
import { downloadReport } from '../api/report-queries.ts';
import { dayOf, type Range, rangeQuery } from './range.ts';

/** A link to exactly this, also tomorrow, and the report as a file. */
export function Share({ range }: { range: Range }) {
  const saving = useMutation({
    mutationFn: async (format: 'markdown' | 'json') => {
      const blob = await downloadReport(rangeQuery(range), format);
      save(blob, `prunella-${dayOf(range.from)}-${dayOf(range.to - 1)}.${format === 'json' ? 'json' : 'md'}`);
    },
  });
  return (
    <Group gap={8} wrap="nowrap">
      <CopyButton value={`${window.location.origin}/reports?${new URLSearchParams(rangeQuery(range))}`}>
        {({ copied, copy }) => (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={copied ? <Check size={14} aria-hidden /> : <Link2 size={14} aria-hidden />}
            onClick={copy}
          >
            {copied ? 'Copied' : 'Copy link'}
          </Button>
        )}
      </CopyButton>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            loading={saving.isPending}
            leftSection={<Download size={14} aria-hidden />}
          >
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FileText size={14} aria-hidden />} onClick={() => saving.mutate('markdown')}>
            Markdown, for people
          </Menu.Item>
          <Menu.Item leftSection={<FileJson size={14} aria-hidden />} onClick={() => saving.mutate('json')}>
            JSON, for programs
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {saving.isError && (
        <Alert color="red" role="alert" p={6}>
          {saving.error.message}
        </Alert>
      )}
    </Group>
  );
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
