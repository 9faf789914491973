import classes from './incident.module.css';

/** From about here it may not fit into the lines that are shown. */
const LONG = 400;
const LONGEST_TITLE = 4_000;

/** A step's sentence, where it has one. It may be a program's long error message: only its first lines are shown. */
export function Says({ text }: { text: string }) {
  return text === '' ? null : (
    <p className={classes['says']} title={text.length > LONG ? text.slice(0, LONGEST_TITLE) : undefined}>
      {text}
    </p>
  );
}
