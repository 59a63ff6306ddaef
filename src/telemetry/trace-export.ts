import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { HrTime } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { messageOf } from '../contracts/base/errors.js';
import { withTimeout } from '../concurrency.js';
import type { SpanPlace, TracedWork } from '../contracts/durable/traces.js';

/** What waits for a collector that is slow or away; more is dropped. */
const MAX_WAITING = 2_048;
const BATCH = 512;
const SEND_EVERY_MS = 1_000;
const SEND_TIMEOUT_MS = 1_500;
/** The end of the process waits no longer for what is still to be sent. */
const FLUSH_MS = 2_000;
const COMPLAIN_EVERY_MS = 60_000;
const [INTERNAL, SERVER] = [0, 1];
const [OK, FAILED] = [1, 2];

/** Where a piece of work was done, from the outside in. */
export type Layer = 'message' | 'request' | 'workflow' | 'activity' | 'runner' | 'callback';

/** A span that has ended; nothing in it was written by a user or a model. */
export interface EndedSpan extends SpanPlace {
  readonly parentSpanId: string | undefined;
  readonly layer: Layer;
  /** Type of the frame, workflow, activity or command. */
  readonly kind: string;
  readonly work: TracedWork;
  readonly startMs: number;
  readonly endMs: number;
  readonly failure: string | null;
}

export interface TraceExport {
  /** Never waits and never throws. */
  readonly send: (span: EndedSpan) => void;
  /** Sends what is left, for two seconds at most. */
  readonly stop: () => Promise<void>;
}

/** Opens the way to a collector by OTLP/HTTP. The packages are loaded here and nowhere else. */
export async function openTraceExport(
  endpoint: string,
  service: string,
  log: Logger,
): Promise<TraceExport> {
  const [{ BatchSpanProcessor }, { Resource }, { OTLPTraceExporter }, { setGlobalErrorHandler }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/core'),
    ]);
  setGlobalErrorHandler(complainSeldom(log));
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    timeoutMillis: SEND_TIMEOUT_MS,
  });
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: SEND_TIMEOUT_MS,
  });
  const resource = new Resource({ 'service.name': service });
  return {
    send: (span) => processor.onEnd(readable(span, resource)),
    async stop() {
      const late = () => new Error(`took longer than ${FLUSH_MS} ms`);
      await withTimeout(processor.shutdown(), FLUSH_MS, late).catch((error: unknown) =>
        log.warn({ err: error }, 'the last traces were not sent'),
      );
    },
  };
}

/** A collector that is away is no news every second. */
function complainSeldom(log: Logger): (error: unknown) => void {
  let lastMs = -Infinity;
  return (error) => {
    if (performance.now() - lastMs < COMPLAIN_EVERY_MS) return;
    lastMs = performance.now();
    const why = messageOf(error);
    log.warn({ why: why.slice(0, 200) }, 'traces could not be sent');
  };
}

/** The span as OpenTelemetry's own exporter takes it. */
function readable(span: EndedSpan, resource: ReadableSpan['resource']): ReadableSpan {
  const { traceId, spanId, parentSpanId, layer, kind, startMs, endMs, failure } = span;
  return {
    name: `${layer} ${kind}`,
    kind: layer === 'workflow' || layer === 'activity' || layer === 'runner' ? INTERNAL : SERVER,
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
    parentSpanId,
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(Math.max(0, endMs - startMs)),
    status: { code: failure === null ? OK : FAILED },
    attributes: attributesOf(span),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationLibrary: { name: 'dreamcore' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function attributesOf({ kind, work, failure }: EndedSpan): ReadableSpan['attributes'] {
  return {
    'dreamcore.kind': kind,
    ...(work.jobId && { 'dreamcore.job_id': work.jobId }),
    ...(work.actionId && { 'dreamcore.action_id': work.actionId }),
    ...(work.attempt !== undefined && { 'dreamcore.attempt': work.attempt }),
    ...(work.backend && { 'dreamcore.backend': work.backend }),
    ...(failure !== null && { 'error.type': failure }),
  };
}

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
