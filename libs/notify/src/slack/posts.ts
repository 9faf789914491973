/** What is known of a message, by the key of its note. */
export interface Post {
  /** When it was first about to be sent, in ms since the epoch. */
  since: number;
  /** Where it stands: ids of Slack's. Absent: nobody knows whether it was sent. */
  at?: { channel: string; ts: string };
}

/** Where that is kept over restarts. */
export interface Posts {
  /** undefined: it was never about to be sent. */
  get(key: string): Promise<{ value: Post } | undefined>;
  put(key: string, post: Post): Promise<unknown>;
}
