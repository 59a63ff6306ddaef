import { CALLBACK_BODY_LIMIT, CallbackAnswer, CallbackPost } from '../callback.js';
import { RECORDING_LIMIT, RecordingAnswer } from '../recording.js';
import { failures, type HttpRoute } from './route.js';

/** Signed posts of runners. */
export const CALLBACK_ROUTES: readonly HttpRoute[] = [
  {
    method: 'post',
    path: '/callback/:jobId/recording',
    tag: 'callback',
    summary: 'Where a run leaves its recording, gzip, to be looked at',
    guard: 'signature',
    rate: 'signed',
    maxBodyBytes: RECORDING_LIMIT,
    answers: {
      200: RecordingAnswer,
      410: RecordingAnswer,
      ...failures(401, 403, 413, 429, 503),
    },
  },
  {
    method: 'post',
    path: '/callback/actions/:actionId',
    tag: 'callback',
    summary: 'Where an action tells how far it is',
    guard: 'signature',
    rate: 'signed',
    body: CallbackPost,
    maxBodyBytes: CALLBACK_BODY_LIMIT,
    answers: {
      200: CallbackAnswer,
      410: CallbackAnswer,
      ...failures(400, 401, 403, 413, 429, 503),
    },
  },
  {
    method: 'post',
    path: '/callback/:jobId',
    tag: 'callback',
    summary: 'Where a run tells what happens',
    guard: 'signature',
    rate: 'signed',
    body: CallbackPost,
    maxBodyBytes: CALLBACK_BODY_LIMIT,
    answers: {
      200: CallbackAnswer,
      410: CallbackAnswer,
      ...failures(400, 401, 403, 413, 429, 503),
    },
  },
];
