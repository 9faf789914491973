/** A right that is needed. */
export interface Right {
  verb: 'get' | 'list' | 'watch' | 'patch';
  /** Empty: the core group. */
  group: string;
  resource: string;
  /** `status`; absent: the object itself. */
  subresource?: string;
  /** Empty: in all of them. */
  namespace: string;
  /** The cluster may have no such objects: then the right is for nothing. */
  optional?: true;
}
