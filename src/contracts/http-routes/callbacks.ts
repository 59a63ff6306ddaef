import { CALLBACK_BODY_LIMIT, CallbackAnswer, CallbackPost } from '../wire/callback.js';
import { RECORDING_LIMIT, RecordingAnswer } from '../execution/recording.js';
import { failures, routes } from './route.js';

const EVENTS = {
  method: 'post',
  guard: 'signature',
  rate: 'signed',
  body: CallbackPost,
  maxBodyBytes: CALLBACK_BODY_LIMIT,
  answers: {
    200: CallbackAnswer,
    410: CallbackAnswer,
    ...failures(400, 401, 403, 413, 429, 503),
  },
} as const;

/** Signed posts of runners. */
export const CALLBACK_ROUTES = routes('callback', {
  takeRecording: {
    method: 'post',
    path: '/callback/:jobId/recording',
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
  takeActionEvents: {
    ...EVENTS,
    path: '/callback/actions/:actionId',
    summary: 'Where an action tells how far it is',
  },
  takeJobEvents: {
    ...EVENTS,
    path: '/callback/:jobId',
    summary: 'Where a run tells what happens',
  },
});
