/** How a debt stands. */
export const debtStates = ['open', 'overdue', 'resolved'] as const;
