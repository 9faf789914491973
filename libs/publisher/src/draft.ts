import type { Events } from '@prunella/contracts';

/** What can be told with a publisher. */
export type Publishable = 'pipeline.started' | 'pipeline.finished' | 'pipeline.failed';

/** Everything may be left out, down to the leaves. */
type Sketch<T> = T extends readonly (infer E)[]
  ? Sketch<E>[]
  : T extends object
    ? { [K in keyof T]?: Sketch<T[K]> }
    : T;

/** Without these nobody knows what it is about, or how it ended. */
type Needed<S extends Publishable> = S extends 'pipeline.finished' ? 'pipelineId' | 'conclusion' : 'pipelineId';

/** The data of an event as a publisher writes it: Prunella puts in what is left out. `proto/prunella/v1` says what each field means. */
export type Draft<S extends Publishable> = Sketch<Omit<Events[S], Needed<S>>> &
  Pick<Events[S], Needed<S> & keyof Events[S]>;
