/** ★ Fact file: how a batch of QR codes may end. The event source that announces it filters on these. */
export const ENDED_STATUSES = ['succeeded', 'succeeded_with_errors', 'failed', 'cancelled'] as const;
