import type { Message } from '@bufbuild/protobuf';

type Required_<S> = { [K in keyof S]-?: undefined extends S[K] ? never : K }[keyof S];

/** ProtoJSON can write these; our readers refuse them. */
type NotFinite = 'NaN' | 'Infinity' | '-Infinity';

/**
 * The JSON form of a message as our readers hand it on: what proto3 gives a default to is always there, what may be
 * absent (messages, `optional` scalars) stays optional, and enums are unions of their names.
 *
 * `S` is the generated message shape, `J` its generated JSON type.
 */
export type Wire<S, J> = J extends NotFinite
  ? never
  : J extends (infer JE)[]
    ? S extends (infer SE)[]
      ? Wire<SE, JE>[]
      : J
    : S extends Message
      ? J extends object
        ? { [K in keyof J & Required_<S>]-?: Wire<S[K], NonNullable<J[K]>> } & {
            [K in Exclude<keyof J, Required_<S>>]?: K extends keyof S
              ? Wire<NonNullable<S[K]>, NonNullable<J[K]>>
              : J[K];
          }
        : J
      : J extends { [key: string]: number | string }
        ? { [key: string]: number }
        : J;
