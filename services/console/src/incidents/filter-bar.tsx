import { Button, CloseButton, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { type Filter, isEmpty } from '../model/filter.ts';
import { OUTCOMES, STATES } from '../model/incident.ts';
import { CAUSES, OUTCOME_LABELS, STATE_LABELS } from '../model/words.ts';
import classes from './incidents.module.css';

interface FilterBarProps {
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

const STATE_OPTIONS = STATES.map((value) => ({ value, label: STATE_LABELS[value] }));
const OUTCOME_OPTIONS = OUTCOMES.map((value) => ({ value, label: OUTCOME_LABELS[value] }));
const CAUSE_OPTIONS = Object.entries(CAUSES).map(([value, { label }]) => ({ value, label }));

/** Narrows the list. */
export function FilterBar({ filter, onFilter }: FilterBarProps) {
  return (
    <search className={classes['filters']} aria-label="Filter incidents">
      <SearchBox q={filter.q ?? ''} onSearch={(q) => onFilter({ ...filter, q })} />
      <Choice
        label="State"
        options={STATE_OPTIONS}
        value={filter.state}
        onPick={(state) => onFilter({ ...filter, state })}
      />
      <Choice
        label="Outcome"
        options={OUTCOME_OPTIONS}
        value={filter.outcome}
        onPick={(outcome) => onFilter({ ...filter, outcome })}
      />
      <Choice
        label="Cause"
        options={CAUSE_OPTIONS}
        value={filter.cause}
        onPick={(cause) => onFilter({ ...filter, cause })}
      />
      {!isEmpty(filter) && (
        <Button variant="subtle" color="gray" leftSection={<X size={14} aria-hidden />} onClick={() => onFilter({})}>
          Clear
        </Button>
      )}
    </search>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  options: { value: string; label: string }[];
  value: T | undefined;
  onPick: (value: T | undefined) => void;
}

function Choice<T extends string>({ label, options, value, onPick }: ChoiceProps<T>) {
  return (
    <Select
      className={classes['choice']}
      aria-label={label}
      placeholder={label}
      data={options}
      value={value ?? null}
      onChange={(picked) => onPick((picked as T | null) ?? undefined)}
      clearable
      searchable={options.length > 10}
      maxDropdownHeight={340}
      comboboxProps={{ shadow: 'md', width: 'max-content', position: 'bottom-start' }}
    />
  );
}

const TYPING_MS = 250;

function SearchBox({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const search = useDebouncedCallback((wanted: string) => onSearch(wanted.trim()), TYPING_MS);
  const { state } = useLocation();
  // `/` on a page without a search leads here.
  const isWanted = (state as { focusSearch?: boolean } | null)?.focusSearch === true;
  useEffect(() => {
    if (isWanted) input.current?.focus();
  }, [isWanted]);
  // The address can change from outside (back, clear): the box follows, but not while it is being typed into.
  useEffect(() => {
    if (document.activeElement !== input.current || q === '') setText(q);
  }, [q]);

  function type(wanted: string): void {
    setText(wanted);
    search(wanted);
  }

  return (
    <TextInput
      ref={input}
      className={classes['search']}
      type="text"
      data-search
      aria-label="Search incidents"
      placeholder="Search repository, pipeline, branch, explanation"
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        text === '' ? (
          <kbd className={classes['key']}>/</kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => type('')} />
        )
      }
    />
  );
}
