/** The marks by which text says in which direction it goes on, and overrides it. */
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from outside with its direction marks made visible. Unseen they let a branch, a test or a log line read as something else than it is
 * (CVE-2021-42574, "Trojan Source"): what is approved should be what is read.
 */
export function withVisibleMarks(text: string): string {
  return text.replaceAll(DIRECTION, (mark) => `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase()}⟩`);
}
