import { parsedJson } from '../contracts/base/readable.js';
import { screenshotUrlOf } from '../contracts/game/play.js';
import { JobResult, type JobEnding, type JobRow } from '../contracts/rows/rows.js';
import { codeOf, message, messageOf, render, type Message } from '../contracts/messages/message.js';
import type { ServerFrame } from '../contracts/wire/frames.js';
import type { ProjectBrief } from '../contracts/rows/projects.js';
import { stepOfAttempt } from '../contracts/messages/steps.js';
import type { JobEvent, StreamItem } from '../contracts/durable/stream.js';

type Progress = Extract<JobEvent, { type: 'progress' }>;
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
    case 'chat':
      return { row: 'code' in event.message ? 'recent' : 'none' };
    case 'stream':
    case 'file':
    case 'restoreProposal':
      return { row: 'none' };
  }
}

/**
 * The frame of one stream item in V2's shape plus its place (D3); null when there is nothing to
 * send.
 */
export function frameOf(jobId: string, item: StreamItem, facts: FrameFacts): ServerFrame | null {
  const place = { jobId, attempt: item.attempt, seq: item.seq };
  const { event } = item;
  switch (event.type) {
    case 'stream':
      return { ...event, ...place };
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
        message: render(event.message, facts.row?.language),
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
        ...terminalFrame(event.type, facts.row, event.type === 'failed' ? event.error : undefined),
        ...place,
      };
  }
}

/** `progress` shows the row as of this event, whatever was written to it since. */
function progressFrame(
  row: JobRow | null,
  { progress, message: said, look, trial }: Omit<Progress, 'type'>,
  attempt: number,
): Frame<'progress'> {
  const step = stepOfAttempt(said, attempt, row?.trying?.repairsFrom ?? null);
  const message = said && render(said, row?.language);
  const coded = said ? codeOf(said) : {};
  // The row may be older than the event: a model works in these two steps alone.
  const isMaking = step === 'make' || step === 'repair';
  const job: JobRow | null = row && {
    ...row,
    status: 'processing',
    progress,
    progress_message: message,
    ...(row.doing && !isMaking && { doing: null }),
    progress_code: coded.code ?? null,
    progress_params: coded.params ?? null,
    result: null,
    error: null,
  };
  const trialUrl = trial && row ? screenshotUrlOf(row.project_id, trial) : undefined;
  const more = {
    ...(step && { step }),
    ...(look && { look }),
    ...(trialUrl && { trialUrl }),
    ...coded,
  };
  return { type: 'progress', job, progress, message, ...more };
}

function terminalFrame(
  type: 'completed' | 'failed' | 'cancelled',
  row: JobRow | null,
  failure: Message = { text: '' },
): Frame<'completed' | 'failed' | 'cancelled'> {
  if (type === 'completed') {
    const { code, params, ...result } = resultOf(row);
    return { type, job: row, result, ...codeOf(messageOf(code, params, '')) };
  }
  if (type === 'cancelled') return { type, job: row };
  const error = row?.error == null ? failure : errorOf(row);
  return { type, job: row, error: row?.error ?? render(error), ...codeOf(error) };
}

/** Why a job failed, from its row. */
export function errorOf(row: Pick<JobRow, 'error' | 'error_code' | 'error_params'>): Message {
  const { error, error_code: code, error_params: params } = row;
  return messageOf(code, params, error ?? '');
}

/**
 * `jobs.result` is JSON text; a job whose row is gone has no more than an empty message to show.
 */
function resultOf(row: JobRow | null): JobResult {
  return parsedJson(JobResult, row?.result ?? '') ?? { message: '' };
}

/**
 * The end of a job made from its row, for a subscriber whose stream is closed (D3); null while the
 * job is active.
 */
export function terminalFrameOfRow(row: JobRow): ServerFrame | null {
  if (row.status === 'pending' || row.status === 'processing') return null;
  return { ...terminalFrame(row.status, row), jobId: row.id, attempt: row.attempt };
}

/** A waiting job's place in the queue; not part of the stream, so it has no seq (B2). */
export function waitingFrame(row: JobRow, position: number): ServerFrame {
  const waiting = { progress: row.progress, message: message('STEP_WAITING', { position }) };
  return { ...progressFrame(row, waiting, row.attempt), jobId: row.id };
}

/** An accepted job waits for its first step; it has no row yet, and no place (O5). */
export function notBegunFrame(jobId: string): ServerFrame {
  const notBegun = { progress: 0, message: message('STEP_NOT_BEGUN') };
  return { ...progressFrame(null, notBegun, 0), jobId };
}
