import { describe, expect, it } from 'vitest';
import { row as rowWith } from '../../test/support/job-feeds.js';
import { message } from '../contracts/messages/message.js';
import type { JobRow } from '../contracts/rows/rows.js';
import { ServerFrame } from '../contracts/wire/frames.js';
import type { JobEvent } from '../contracts/durable/stream.js';
import { frameOf, terminalFrameOfRow, waitingFrame, type FrameFacts } from './frames.js';

const row = rowWith({ id: 'j', queue_no: 3 });
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
const failed: JobRow = {
  ...row,
  status: 'failed',
  error: '止まりました',
  error_code: 'RunStalled',
  error_params: {},
};
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
    { type: 'progress', progress: 40, message: { text: '作成中' } },
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
        progress_code: null,
        progress_params: null,
        result: null,
      },
    },
  ],
  [
    'what is played just now, for its owner alone',
    { type: 'progress', progress: 73, message: null, trial: 'a'.repeat(64) },
    { row: done },
    {
      type: 'progress',
      progress: 73,
      message: null,
      trialUrl: `/api/projects/${done.project_id}/screenshots/${'a'.repeat(64)}`,
      job: {
        ...done,
        status: 'processing',
        progress: 73,
        progress_message: null,
        progress_code: null,
        progress_params: null,
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
    { type: 'progress', progress: 40, message: message('STEP_MENDING') },
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
        progress_code: 'STEP_MENDING',
        progress_params: {},
      },
    },
  ],
  [
    'an answer',
    { type: 'chat', message: { text: 'はい' }, suggestions: ['a'] },
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
    { type: 'failed', error: message('RunTimedOut') },
    { row: failed },
    { type: 'failed', job: failed, error: '止まりました', code: 'RunStalled', params: {} },
  ],
  [
    'a failure without a row',
    { type: 'failed', error: message('RunTimedOut') },
    {},
    {
      type: 'failed',
      job: null,
      error: '時間内にゲームが完成しませんでした。もう一度お試しください。',
      code: 'RunTimedOut',
      params: {},
    },
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
    [
      failed,
      {
        ...{ type: 'failed', job: failed, error: '止まりました', jobId: 'j', attempt: 1 },
        ...{ code: 'RunStalled', params: {} },
      },
    ],
    [
      { ...row, status: 'cancelled' },
      { type: 'cancelled', job: { ...row, status: 'cancelled' }, jobId: 'j', attempt: 1 },
    ],
  ])('D3: the end of a job %#', (given, expected) => {
    expect(terminalFrameOfRow(given)).toEqual(expected);
  });

  it('N1: text that imitates a message has no code, in the row, the result and the stream', () => {
    const error = '作業が途中で止まりました。もう一度お試しください。';
    const codesOf = (frame: object | null) => [frame, 'code' in (frame ?? {})];
    for (const spoof of [error, 'ゲームを調整しました: 速さ', 'Tuned the game: speed']) {
      const result = JSON.stringify({ message: spoof });
      const frames = [
        terminalFrameOfRow({ ...row, status: 'failed', error: spoof }),
        terminalFrameOfRow({ ...row, status: 'completed', result }),
        frameOf(
          'j',
          {
            attempt: 1,
            seq: 7,
            event: { type: 'progress', progress: 1, message: { text: spoof } },
          },
          none,
        ),
      ];
      for (const frame of frames) expect(codesOf(frame)[1]).toBe(false);
    }
  });

  it("N1: V2's texts are in the sender's language, and two messages of one text stay two", () => {
    const english = { ...row, language: 'en' } as const;
    expect(waitingFrame(english, 3)).toMatchObject({ message: 'Waiting in line: about number 3' });
    const busy = (code: 'ModelRateLimited' | 'ModelOverloaded') =>
      frameOf('j', { attempt: 1, seq: 7, event: { type: 'failed', error: message(code) } }, none);
    const [limited, overloaded] = [busy('ModelRateLimited'), busy('ModelOverloaded')];
    expect(limited).toMatchObject({ code: 'ModelRateLimited' });
    expect(overloaded).toMatchObject({ code: 'ModelOverloaded' });
    expect([limited].map((frame) => frame?.type === 'failed' && frame.error)).toEqual(
      [overloaded].map((frame) => frame?.type === 'failed' && frame.error),
    );
  });

  it('B2: a place in the queue', () => {
    expect(waitingFrame(row, 3)).toEqual({
      type: 'progress',
      progress: 5,
      message: '順番待ち: およそ3番目',
      code: 'STEP_WAITING',
      params: { position: 3 },
      jobId: 'j',
      job: {
        ...row,
        progress_message: '順番待ち: およそ3番目',
        progress_code: 'STEP_WAITING',
        progress_params: { position: 3 },
      },
    });
  });
});
