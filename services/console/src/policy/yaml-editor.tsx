import { useId, useRef } from 'react';
import type { PolicyCheck } from '../gen/api.ts';
import classes from './policy.module.css';
import { YamlLines } from './yaml-lines.tsx';

interface YamlEditorProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problems: PolicyCheck['problems'];
}

const MOST_PROBLEMS = 8;

/** A field for a policy, with the numbers of its lines and what is wrong with them. The browser's own field is what is typed in. */
export function YamlEditor({ label, value, onChange, problems }: YamlEditorProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  function goTo(line: number): void {
    const begin = value.split('\n', line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const end = value.indexOf('\n', begin);
    field.current?.focus();
    field.current?.setSelectionRange(begin, end < 0 ? value.length : end);
  }

  return (
    <div>
      <label htmlFor={id} className={classes['editorLabel']}>
        {label}
      </label>
      <div className={classes['editor']} data-wrong={problems.length > 0 || undefined}>
        <div className={classes['sheet']}>
          <pre className={classes['yaml']} aria-hidden>
            <YamlLines text={value} wrong={problems.map(({ line }) => line)} />
          </pre>
          <textarea
            id={id}
            ref={field}
            className={classes['typed']}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            wrap="off"
            aria-invalid={problems.length > 0}
            aria-describedby={`${id}-problems`}
          />
        </div>
      </div>
      <ul id={`${id}-problems`} className={classes['problems']} aria-live="polite" data-testid="policy-problems">
        {problems.slice(0, MOST_PROBLEMS).map(({ line, path, says, nearest }) => (
          <li key={`${line} ${path} ${says}`}>
            <button type="button" onClick={() => goTo(line)}>
              Line {line}
            </button>
            <span>
              {path && <code>{path}</code>} {says}
              {nearest !== null && (
                <>
                  ; did you mean <code>{nearest}</code>?
                </>
              )}
            </span>
          </li>
        ))}
        {problems.length > MOST_PROBLEMS && <li>and {problems.length - MOST_PROBLEMS} more</li>}
      </ul>
    </div>
  );
}
