export const trends = ['rising', 'steady', 'falling'] as const;

/** How often it happened now against as long a time before. */
export function trendOf(now: number, before: number): (typeof trends)[number] {
  if (now === before) return 'steady';
  return now > before ? 'rising' : 'falling';
}
