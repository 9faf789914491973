import { Link } from 'react-router';
import classes from './shell.module.css';

/** The way home. */
export function Brand() {
  return (
    <Link to="/" className={classes['brand']} aria-label="Prunella, overview">
      <img src="/favicon.svg" alt="" width={26} height={26} />
      <span>Prunella</span>
    </Link>
  );
}
