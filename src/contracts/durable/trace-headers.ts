import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { readTraceparent, traceparentOf, type SpanPlace } from './traces.js';

/** The header of Temporal that its own OpenTelemetry interceptors use as well. */
const TRACE_HEADER = '_tracer-data';

/** The span that a start, an activity or a child belongs to; null = it is not traced. */
export function spanOfHeaders(headers: Headers): SpanPlace | null {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return null;
  const carried: { traceparent?: unknown } | null = defaultPayloadConverter.fromPayload(payload);
  return readTraceparent(carried?.traceparent);
}

export function withSpan(headers: Headers, place: SpanPlace): Headers {
  const traceparent = traceparentOf(place);
  return { ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent }) };
}
