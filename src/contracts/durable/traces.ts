import { z } from 'zod';
import { backendOf, type Backend } from '../execution/backends.js';

/** Header of W3C Trace Context, by which a runner's posts name the span that they belong to. */
export const TRACEPARENT_HEADER = 'traceparent';
/** A sampled span, as W3C Trace Context writes it. */
export const Traceparent = z
  .string()
  .regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/, 'is no traceparent');

/** Which span of which trace, both in hex. */
export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
}

/** Null = the text names no span. */
export function readTraceparent(text: unknown): SpanPlace | null {
  const read = Traceparent.safeParse(text);
  if (!read.success) return null;
  const [, traceId = '', spanId = ''] = read.data.split('-');
  return { traceId, spanId };
}

export const traceparentOf = ({ traceId, spanId }: SpanPlace): string =>
  `00-${traceId}-${spanId}-01`;

const Id = z.guid().optional().catch(undefined);
const WorkIds = z.object({
  jobId: Id,
  actionId: Id,
  attempt: z.number().int().min(0).optional().catch(undefined),
});

/** Fields of the work in spans and log lines: ids and numbers, no text of a user. */
export type TracedWork = z.infer<typeof WorkIds> & { backend?: Backend | undefined };

/** Whose work an input of a workflow or an activity is, and where its queue has it done. */
export function tracedWork(input: unknown, taskQueue = ''): TracedWork {
  const backend = backendOf(taskQueue);
  return { ...WorkIds.safeParse(input).data, ...(backend && { backend }) };
}

/** A run of a workflow that has ended, as the workflow reports it. */
export interface TracedRun extends SpanPlace {
  readonly parentSpanId: string;
  readonly startMs: number;
  readonly work: TracedWork;
  /** The name of what it failed with; null = it ended well, or goes on as a new run. */
  readonly failure: string | null;
}

const NAME = /^\w{1,60}$/;

/** A failure by its kind or class: its message may hold anything. */
export function failureName(error: unknown): string {
  const { kind, type, cause, name } = (error ?? {}) as Record<string, unknown>;
  for (const found of [kind, type, (cause as { type?: unknown } | undefined)?.type, name])
    if (typeof found === 'string' && NAME.test(found)) return found;
  return 'Error';
}
