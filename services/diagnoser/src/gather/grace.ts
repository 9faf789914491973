/** How long reading a platform may take to hand over what it has, after it was told to stop. */
export const GRACE_MS = 5_000;
