/** One line per request, the same for both doors. No address, no user agent, no query: nothing about the visitor. */
export const ACCESS_LOG_LINE = JSON.stringify({
  at: '$context.requestTimeEpoch',
  request_id: '$context.requestId',
  method: '$context.httpMethod',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  latency_ms: '$context.responseLatency',
  integration_error: '$context.integration.error',
});
