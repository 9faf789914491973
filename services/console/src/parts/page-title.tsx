import { usePageTitle } from '../shell/use-page-title.ts';
import classes from './parts.module.css';

/** The title of a page, in it and in the browser's tab. */
export function PageTitle({ title }: { title: string }) {
  usePageTitle(title);
  return <h1 className={classes['pageTitle']}>{title}</h1>;
}
