import { describe, expect, it } from 'vitest';
import { ERROR_POLICY } from '../contracts/errors.js';
import type { JobRow } from '../contracts/rows.js';
import { ServerFrame } from '../contracts/frames.js';
import type { JobEvent } from '../contracts/stream.js';
import { frameOf, shownRow, terminalFrameOfRow, waitingFrame, type FrameFacts } from './frames.js';

const row: JobRow = {
  id: 'j',
  user_id: 'u',
  project_id: 'p',
  status: 'processing',
  progress: 5,
  progress_message: null,
  result: null,
  error: null,
  created_at: 'c',
  updated_at: 'd',
  attempt: 1,
  slot_at: null,
  queue_no: 3,
  last_event_at: null,
  usage: null,
};
const done: JobRow = {
  ...row,
  status: 'completed',
  progress: 100,
  result: '{"message":"できました","html":"<html>"}',
};
const mending: JobRow = {
  ...row,
  trying: { round: 1, tryNo: 1, repairsFrom: 1, leftModal: false },
};
const failed: JobRow = { ...row, status: 'failed', error: '止まりました' };
const SPENDING = { usd: 0.5, shareOfDay: 0.25, shareLeft: 0.5 };
const none: FrameFacts = { row: null, code: null, project: null, ending: null };
const place = { jobId: 'j', attempt: 1, seq: 7 };

const CASES: [string, JobEvent, Partial<FrameFacts>, object | null][] = [
  ['text', { type: 'stream', content: '<html>' }, {}, { type: 'stream', content: '<html>' }],
  [
    'a file',
    { type: 'file', filename: 'index.html', status: 'editing' },
    {},
    { type: 'fileEdit', filename: 'index.html', status: 'editing' },
  ],
  [
    'the start, although the row has ended since',
    { type: 'started' },
    { row: done },
    { type: 'started', job: { ...done, status: 'processing', result: null } },
  ],
  [
    'progress, as of then',
    { type: 'progress', progress: 40, message: '作成中' },
    { row: done },
    {
      type: 'progress',
      progress: 40,
      message: '作成中',
      job: {
        ...done,
        status: 'processing',
        progress: 40,
        progress_message: '作成中',
        result: null,
      },
    },
  ],
  [
    'progress of a job whose row is gone',
    { type: 'progress', progress: 40, message: null },
    {},
    { type: 'progress', progress: 40, message: null, job: null },
  ],
  [
    'progress of a repair, and the step that it is about',
    { type: 'progress', progress: 40, message: 'コードを直しています' },
    { row: mending },
    {
      type: 'progress',
      progress: 40,
      message: 'コードを直しています',
      code: 'STEP_MENDING',
      params: {},
      step: 'repair',
      job: {
        ...mending,
        status: 'processing',
        progress: 40,
        progress_message: 'コードを直しています',
      },
    },
  ],
  [
    'an answer',
    { type: 'chat', message: 'はい', suggestions: ['a'] },
    {},
    { type: 'geminiChat', mode: 'chat', message: 'はい', suggestions: ['a'] },
  ],
  [
    'an undo proposal',
    { type: 'restoreProposal', message: '?', confirmLabel: '戻す', cancelLabel: 'キャンセル' },
    {},
    {
      type: 'geminiRestore',
      mode: 'restore',
      message: '?',
      confirmLabel: '戻す',
      cancelLabel: 'キャンセル',
    },
  ],
  [
    'a published version',
    { type: 'published', revision: 'abc' },
    { code: { mode: 'edit', edits: [], suggestions: [] } },
    { type: 'geminiCode', mode: 'edit', edits: [], suggestions: [] },
  ],
  [
    'a published version, with what fits it instead of what its note proposes',
    { type: 'published', revision: 'abc', suggestions: ['もう少しやさしくして'] },
    { code: { mode: 'edit', edits: [], suggestions: ['a'] } },
    { type: 'geminiCode', mode: 'edit', edits: [], suggestions: ['もう少しやさしくして'] },
  ],
  ['a published version that tells nothing', { type: 'published', revision: 'abc' }, {}, null],
  [
    'the end',
    { type: 'completed' },
    { row: done },
    { type: 'completed', job: done, result: { message: 'できました', html: '<html>' } },
  ],
  [
    'the end of a job that made a version: its image, and what it has cost',
    { type: 'completed' },
    { row: done, ending: { spending: SPENDING, screenshotUrl: '/a' } },
    {
      type: 'completed',
      job: done,
      result: { message: 'できました', html: '<html>' },
      spending: SPENDING,
      screenshotUrl: '/a',
    },
  ],
  [
    'the end of a job whose row is gone',
    { type: 'completed' },
    {},
    { type: 'completed', job: null, result: { message: '' } },
  ],
  [
    'the end with a result nobody can read',
    { type: 'completed' },
    { row: { ...done, result: '{' } },
    { type: 'completed', job: { ...done, result: '{' }, result: { message: '' } },
  ],
  [
    'a failure',
    { type: 'failed', kind: 'RunTimedOut', error: '時間切れ' },
    { row: failed },
    { type: 'failed', job: failed, error: '止まりました', code: 'RunTimedOut' },
  ],
  [
    'a failure without a row',
    { type: 'failed', kind: 'RunTimedOut', error: '時間切れ' },
    {},
    { type: 'failed', job: null, error: '時間切れ', code: 'RunTimedOut' },
  ],
  ['a cancellation', { type: 'cancelled' }, { row }, { type: 'cancelled', job: row }],
  [
    'a new name',
    { type: 'renamed', name: 'ねこ' },
    { project: { id: 'p', name: 'old', createdAt: 'c', updatedAt: 'd' } },
    { type: 'projectRenamed', project: { id: 'p', name: 'ねこ', createdAt: 'c', updatedAt: 'd' } },
  ],
];

describe('the frame of a stream item', () => {
  it.each(CASES)('%s', (_name, event, facts, expected) => {
    const frame = frameOf('j', { attempt: 1, seq: 7, event }, { ...none, ...facts });
    expect(frame).toEqual(expected && { ...expected, ...place });
    if (frame) expect(ServerFrame.safeParse(frame).success).toBe(true);
  });
});

describe('frames made from the row alone', () => {
  it.each<[JobRow, object | null]>([
    [row, null],
    [{ ...row, status: 'pending' }, null],
    [
      done,
      {
        type: 'completed',
        job: done,
        result: { message: 'できました', html: '<html>' },
        jobId: 'j',
        attempt: 1,
      },
    ],
    [failed, { type: 'failed', job: failed, error: '止まりました', jobId: 'j', attempt: 1 }],
    [
      { ...row, status: 'cancelled' },
      { type: 'cancelled', job: { ...row, status: 'cancelled' }, jobId: 'j', attempt: 1 },
    ],
  ])('D3: the end of a job %#', (given, expected) => {
    expect(terminalFrameOfRow(given)).toEqual(expected);
  });

  it('a row is shown with the codes of its texts, one without ours as it is', () => {
    const sentence = ERROR_POLICY.RunStalled.sentence;
    const working = { ...row, progress_message: 'index.html を書いています', error: sentence };
    expect(shownRow(working)).toEqual({
      ...working,
      progress_code: 'STEP_WRITING_FILE',
      progress_params: { file: 'index.html' },
      error_code: 'RunStalled',
    });
    const other = { ...row, progress_message: 'somebody else', error: 'said so' };
    expect(shownRow(other)).toEqual(other);
    expect(terminalFrameOfRow({ ...row, status: 'failed', error: sentence })).toMatchObject({
      code: 'RunStalled',
    });
  });

  it('B2: a place in the queue', () => {
    expect(waitingFrame(row, 3)).toEqual({
      type: 'progress',
      progress: 5,
      message: '順番待ち: およそ3番目',
      code: 'STEP_WAITING',
      params: { position: '3' },
      jobId: 'j',
      job: { ...row, progress_message: '順番待ち: およそ3番目' },
    });
  });
});
