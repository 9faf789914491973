import { yamlPieces } from '../model/yaml.ts';
import classes from './policy.module.css';

interface YamlLinesProps {
  text: string;
  /** Lines, from 1, that are wrong. */
  wrong?: readonly number[];
  /** The line that is pointed at. */
  marked?: number | undefined;
  /** So that they can be scrolled to. */
  idOf?: (line: number) => string;
}

/** The lines of a YAML text with their numbers and colours. What is written is shown, and never run. */
export function YamlLines({ text, wrong = [], marked, idOf }: YamlLinesProps) {
  return text.split('\n').map((line, index) => {
    const number = index + 1;
    return (
      <span
        key={number}
        id={idOf?.(number)}
        className={classes['line']}
        data-wrong={wrong.includes(number) || undefined}
        data-marked={marked === number || undefined}
      >
        <span className={classes['number']} aria-hidden>
          {number}
        </span>
        <span>
          {yamlPieces(line).map(({ kind, text: piece }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place
            <span key={at} data-kind={kind}>
              {piece}
            </span>
          ))}
          {'\n'}
        </span>
      </span>
    );
  });
}

/** A YAML text to read; what is long is scrolled, by the keyboard as well. */
export function YamlSource({ label, short, ...lines }: YamlLinesProps & { label: string; short?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section className={classes['source']} data-short={short} tabIndex={0} aria-label={label}>
      <pre className={classes['yaml']}>
        <YamlLines {...lines} />
      </pre>
    </section>
  );
}
