import { JobResult, type JobEnding, type JobRow } from '../contracts/rows.js';
import { coded, codeOf, kindOf, sentence } from '../contracts/sentences.js';
import type { ServerFrame } from '../contracts/frames.js';
import type { ProjectBrief } from '../contracts/projects.js';
import { stepOfAttempt } from '../contracts/steps.js';
import type { JobEvent, StreamItem } from '../contracts/stream.js';

type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** What a published revision changed, as `geminiCode` shows it. */
export interface PublishedCode {
  mode: 'create' | 'edit';
  files?: { path: string; content: string }[];
  edits?: { path: string; old_string: string; new_string: string }[];
  summary?: string;
  suggestions: string[];
}

/** What the frame of an event needs besides the event: the stream never carries rows or html. */
export interface FrameFacts {
  row: JobRow | null;
  code: PublishedCode | null;
  project: ProjectBrief | null;
  ending: JobEnding | null;
}

/** What is read before the frame of this event is built; `ended` reads the row's end as well. */
export function neededFacts(event: JobEvent): {
  row: 'ended' | 'fresh' | 'recent' | 'none';
  project?: true;
} {
  switch (event.type) {
    case 'completed':
    case 'published':
      return { row: 'ended' };
    case 'failed':
    case 'cancelled':
      return { row: 'fresh' };
    case 'started':
    case 'progress':
      return { row: 'recent' };
    case 'renamed':
      return { row: 'recent', project: true };
    case 'stream':
    case 'file':
    case 'chat':
    case 'restoreProposal':
      return { row: 'none' };
  }
}

/**
 * The frame of one stream item in V2's shape plus its place (D3); null when there is nothing to
 * say.
 */
export function frameOf(jobId: string, item: StreamItem, facts: FrameFacts): ServerFrame | null {
  const place = { jobId, attempt: item.attempt, seq: item.seq };
  const { event } = item;
  switch (event.type) {
    case 'stream':
      return { type: 'stream', content: event.content, ...place };
    case 'file':
      return { type: 'fileEdit', filename: event.filename, status: event.status, ...place };
    case 'started':
      return {
        type: 'started',
        job: facts.row && { ...facts.row, status: 'processing', result: null, error: null },
        ...place,
      };
    case 'progress':
      return { ...progressFrame(facts.row, event, item.attempt), ...place };
    case 'chat':
      return {
        type: 'geminiChat',
        mode: 'chat',
        message: event.message,
        suggestions: event.suggestions,
        ...place,
      };
    case 'restoreProposal':
      return {
        type: 'geminiRestore',
        mode: 'restore',
        message: event.message,
        confirmLabel: event.confirmLabel,
        cancelLabel: event.cancelLabel,
        ...place,
      };
    case 'published':
      return (
        facts.code && {
          type: 'geminiCode',
          ...facts.code,
          ...(event.suggestions && { suggestions: event.suggestions }),
          ...place,
        }
      );
    case 'renamed':
      return (
        facts.project && {
          type: 'projectRenamed',
          project: { ...facts.project, name: event.name },
          ...place,
        }
      );
    case 'completed':
      return { ...terminalFrame(event.type, facts.row), ...facts.ending, ...place };
    case 'failed':
    case 'cancelled':
      return {
        ...terminalFrame(event.type, facts.row, event.type === 'failed' ? event : undefined),
        ...place,
      };
  }
}

/** `progress` shows the row as of this event, whatever was written to it since. */
function progressFrame(
  row: JobRow | null,
  { progress, message }: { progress: number; message: string | null },
  attempt: number,
): Frame<'progress'> {
  const step = stepOfAttempt(message, attempt, row?.trying?.repairsFrom ?? null);
  // The row may be older than the event: a model works in these two steps alone.
  const isMaking = step === undefined || step === 'make' || step === 'repair';
  const job: JobRow | null = row && {
    ...row,
    status: 'processing',
    progress,
    progress_message: message,
    ...(row.doing && !isMaking && { doing: null }),
    result: null,
    error: null,
  };
  return { type: 'progress', job, progress, message, ...(step && { step }), ...coded(message) };
}

function terminalFrame(
  type: 'completed' | 'failed' | 'cancelled',
  row: JobRow | null,
  failure?: { kind: string; error: string },
): Frame<'completed' | 'failed' | 'cancelled'> {
  if (type === 'completed') {
    const result = resultOf(row);
    return { type, job: row, result, ...coded(result.message) };
  }
  if (type === 'cancelled') return { type, job: row };
  const error = row?.error ?? failure?.error ?? '';
  const code = failure?.kind ?? kindOf(error);
  return { type, job: row, error, ...(code !== undefined && { code }) };
}

/**
 * `jobs.result` is JSON text; a job whose row is gone has no more than an empty message to show.
 */
function resultOf(row: JobRow | null): JobResult {
  if (!row?.result) return { message: '' };
  try {
    return JobResult.parse(JSON.parse(row.result));
  } catch {
    return { message: '' };
  }
}

/**
 * The end of a job made from its row, for a subscriber whose stream is closed (D3); null while the
 * job is active.
 */
export function terminalFrameOfRow(row: JobRow): ServerFrame | null {
  if (row.status === 'pending' || row.status === 'processing') return null;
  return { ...terminalFrame(row.status, row), jobId: row.id, attempt: row.attempt };
}

/** A row as a frame shows it: the codes of its texts beside them. */
export function shownRow(row: JobRow): JobRow {
  const step = codeOf(row.progress_message);
  const kind = kindOf(row.error);
  return {
    ...row,
    ...(step && { progress_code: step.code, progress_params: step.params }),
    ...(kind !== undefined && { error_code: kind }),
  };
}

/** Tells a waiting job's place in the queue; not part of the stream, so it has no seq (B2). */
export function waitingFrame(row: JobRow, position: number): ServerFrame {
  const message = sentence('STEP_WAITING', { position: String(position) });
  return {
    ...progressFrame(row, { progress: row.progress, message }, row.attempt),
    jobId: row.id,
  };
}

/** Tells that an accepted job waits for its first step; it has no row yet, and no place (O5). */
export function notBegunFrame(jobId: string): ServerFrame {
  const message = sentence('STEP_NOT_BEGUN');
  return { ...progressFrame(null, { progress: 0, message }, 0), jobId };
}
