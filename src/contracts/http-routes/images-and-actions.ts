import { GenerateImageBody, RemoveBackgroundBody } from '../actions.js';
import * as answer from '../http.js';
import { failures, MAX_IMAGE_BODY_BYTES, type HttpRoute } from './route.js';

/** Images made by models, and the actions that make things in the background. */
export const IMAGE_ROUTES: readonly HttpRoute[] = [
  {
    method: 'post',
    path: '/api/assets/remove-background',
    tag: 'images',
    summary: 'Cut an image out (body up to 8 MiB)',
    guard: 'user',
    rate: 'ai',
    crossOrigin: 'listed',
    body: RemoveBackgroundBody,
    maxBodyBytes: MAX_IMAGE_BODY_BYTES,
    answers: {
      200: answer.ImageAnswer,
      400: answer.Failure,
      500: answer.ImageFailure,
      503: answer.Failure,
    },
  },
  {
    method: 'post',
    path: '/api/generate-image',
    tag: 'images',
    summary: 'An isolated sprite by the image model',
    guard: 'user',
    rate: 'ai',
    body: GenerateImageBody,
    answers: {
      200: answer.ImageAnswer,
      400: answer.Failure,
      500: answer.ImageFailure,
      503: answer.Failure,
    },
  },
  {
    method: 'get',
    path: '/api/actions/:actionId',
    tag: 'images',
    summary: 'How far background work of the caller has come',
    guard: 'actionOwner',
    rate: 'reads',
    answers: { 200: answer.ActionAnswer, ...failures(400, 403, 404) },
  },
  {
    method: 'post',
    path: '/api/actions/:actionId/cancel',
    tag: 'images',
    summary: 'Stop background work',
    guard: 'actionOwner',
    rate: 'writes',
    answers: { 200: answer.ActionCancelled, ...failures(400, 403, 404) },
  },
];
