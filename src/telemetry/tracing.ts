import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { failureName, type SpanPlace, type TracedWork } from '../contracts/durable/traces.js';
import type { Config } from '../config.js';
import { openTraceExport, type EndedSpan, type Layer } from './trace-export.js';

/** What is known of a span when its work begins. */
export interface SpanStart {
  readonly layer: Layer;
  /** Type of the frame, workflow, activity or command. */
  readonly kind: string;
  /** Absent: what runs here now, or else a new trace. Null: the work is not traced. */
  readonly parent?: SpanPlace | null;
  /** Absent: a new one. */
  readonly spanId?: string;
  readonly work?: TracedWork;
  /** Where spans are many: is this one worth a place in the trace? Absent: it is. */
  readonly isKept?: (ended: { tookMs: number; failure: string | null }) => boolean;
}

interface OpenSpan extends SpanPlace {
  work: TracedWork;
}

interface Active {
  readonly spans: AsyncLocalStorage<OpenSpan>;
  readonly send: (span: EndedSpan) => void;
}

let active: Active | null = null;

/**
 * Sends the spans of this process to OTEL_EXPORTER_OTLP_ENDPOINT from now on; without it nothing is
 * loaded, kept or sent. What is returned sends the last ones, for two seconds at most.
 */
export async function startTracing(
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  service: string,
  log: Logger,
): Promise<() => Promise<void>> {
  if (endpoint === undefined) return async () => undefined;
  const { send, stop } = await openTraceExport(endpoint, service, log);
  const started = { spans: new AsyncLocalStorage<OpenSpan>(), send };
  active = started;
  return async () => {
    if (active === started) active = null;
    await stop();
  };
}

/** Whether spans are sent: what costs something asks this first. */
export const isTracing = (): boolean => active !== null;

/** Runs work in a span of its own; without tracing it runs as it is. */
export function inSpan<T>(start: SpanStart, run: () => Promise<T>): Promise<T> {
  return active === null || start.parent === null ? run() : record(active, start, run);
}

async function record<T>(
  { spans, send }: Active,
  { layer, kind, parent: given, spanId = randomHex(8), work = {}, isKept }: SpanStart,
  run: () => Promise<T>,
): Promise<T> {
  const parent = given ?? spans.getStore();
  const open: OpenSpan = { traceId: parent?.traceId ?? randomHex(16), spanId, work: { ...work } };
  const [startMs, startedMs] = [Date.now(), performance.now()];
  const end = (failure: string | null): void => {
    const tookMs = performance.now() - startedMs;
    if (isKept?.({ tookMs, failure }) === false) return;
    const times = { startMs, endMs: startMs + tookMs };
    send({ ...open, parentSpanId: parent?.spanId, layer, kind, failure, ...times });
  };
  try {
    const result = await spans.run(open, run);
    end(null);
    return result;
  } catch (error) {
    end(failureName(error));
    throw error;
  }
}

/** A span that another place has measured. */
export function tellSpan(span: EndedSpan): void {
  active?.send(span);
}

/** The span that runs here; null = none. */
export const currentSpan = (): SpanPlace | null => active?.spans.getStore() ?? null;

/** Adds what turns out to be worked on to the span that runs here. */
export function noteWork(work: TracedWork): void {
  const open = active?.spans.getStore();
  if (open) Object.assign(open.work, work);
}

/** Fields of the running span for log lines: trace, job and attempt. */
export function traceFields(): Record<string, unknown> {
  const open = active?.spans.getStore();
  if (!open) return {};
  const { jobId, attempt } = open.work;
  return { traceId: open.traceId, ...(jobId && { jobId }), ...(attempt && { attempt }) };
}

const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');
