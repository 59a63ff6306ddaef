import { GenerateImageBody, RemoveBackgroundBody } from '../rows/actions.js';
import * as answer from '../wire/http.js';
import { failures, LATER, MAX_IMAGE_BODY_BYTES, routes } from './route.js';

/** Images made by models, and the actions that make things in the background. */
export const IMAGE_ROUTES = routes('images', {
  removeBackground: {
    method: 'post',
    path: '/api/assets/remove-background',
    summary: 'Cut an image out (body up to 8 MiB)',
    guard: 'member',
    rate: 'ai',
    crossOrigin: 'listed',
    body: RemoveBackgroundBody,
    invalid: 'image is required',
    maxBodyBytes: MAX_IMAGE_BODY_BYTES,
    answers: {
      200: answer.ImageAnswer,
      ...LATER,
      ...failures(400, 503),
      500: answer.ImageFailure,
    },
  },
  generateImage: {
    method: 'post',
    path: '/api/generate-image',
    summary: 'An isolated sprite by the image model',
    guard: 'member',
    rate: 'ai',
    body: GenerateImageBody,
    invalid: 'prompt is required',
    answers: {
      200: answer.ImageAnswer,
      ...LATER,
      ...failures(400, 503),
      500: answer.ImageFailure,
    },
  },
  actionState: {
    path: '/api/actions/:actionId',
    summary: 'How far background work of the caller has come',
    guard: 'actionOwner',
    rate: 'reads',
    answers: { 200: answer.ActionAnswer, ...failures(400, 403, 404) },
  },
  actionAnswer: {
    path: '/api/actions/:actionId/answer',
    summary: 'What the call that began the work is answered; 202 until it has ended',
    guard: 'actionOwner',
    rate: 'reads',
    answers: { 200: answer.CallAnswer, ...LATER, ...failures(400, 403, 404) },
  },
  cancelAction: {
    method: 'post',
    path: '/api/actions/:actionId/cancel',
    summary: 'Stop background work',
    guard: 'actionOwner',
    rate: 'writes',
    answers: { 200: answer.ActionCancelled, ...failures(400, 403, 404) },
  },
});
