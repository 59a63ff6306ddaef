import { GenerateMovieBody, GenerateThumbnailBody, PublishInfoBody } from '../rows/actions.js';
import * as answer from '../wire/http.js';
import { PublishData } from '../media/publishing.js';
import { failures, LATER, MAX_UPLOAD_BYTES, OF_PROJECT, project, routes } from './route.js';

/** The publish page: draft, texts, thumbnail, video, and publishing itself. */
export const PUBLISHING_ROUTES = routes('publishing', {
  publishDraft: {
    path: project('/publish-draft'),
    summary: 'What the publish page holds; null = nothing yet',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.DraftOrNone, ...OF_PROJECT },
  },
  savePublishDraft: {
    method: 'put',
    path: project('/publish-draft'),
    summary: 'Replace it as a whole',
    guard: 'projectOwner',
    rate: 'writes',
    body: PublishData,
    answers: { 200: answer.Done, ...OF_PROJECT },
  },
  generatePublishInfo: {
    method: 'post',
    path: project('/generate-publish-info'),
    summary: 'Title, description, how to play and tags by the model',
    guard: 'projectOwner',
    rate: 'ai',
    body: PublishInfoBody.catch({}),
    answers: {
      200: answer.PublishInfoAnswer,
      ...LATER,
      ...failures(400, 404),
      500: answer.InfoFailure,
    },
  },
  generateThumbnail: {
    method: 'post',
    path: project('/generate-thumbnail'),
    summary: 'A 9:16 image of the game',
    guard: 'projectOwner',
    rate: 'ai',
    body: GenerateThumbnailBody.catch({}),
    answers: {
      200: answer.ThumbnailMade,
      ...LATER,
      ...failures(400, 404, 503),
      500: answer.MediaFailure,
    },
  },
  uploadThumbnail: {
    method: 'post',
    path: project('/upload-thumbnail'),
    summary: 'An own 9:16 image',
    guard: 'projectOwner',
    rate: 'writes',
    upload: { field: 'thumbnail', maxFileBytes: MAX_UPLOAD_BYTES },
    answers: { 200: answer.ThumbnailMade, ...failures(400, 404, 413, 415, 507) },
  },
  thumbnail: {
    path: project('/thumbnail'),
    summary: 'The image of a project, for everybody',
    guard: 'visitor',
    rate: 'files',
    answers: { 200: 'image/*', 404: 'text/html' },
  },
  generateVideo: {
    method: 'post',
    path: project('/generate-movie'),
    summary: 'A short video of the game',
    guard: 'projectOwner',
    rate: 'ai',
    body: GenerateMovieBody.catch({}),
    answers: {
      200: answer.MovieMade,
      ...LATER,
      ...failures(400, 404, 503),
      500: answer.MediaFailure,
    },
  },
  video: {
    path: project('/movie'),
    summary: 'The video',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: 'video/mp4', 400: answer.Failure, 404: [answer.Failure, 'text/html'] },
  },
  publication: {
    path: project('/publish'),
    summary: 'Is it published, and as what?',
    guard: 'projectOwner',
    rate: 'reads',
    answers: { 200: answer.Publication, ...OF_PROJECT },
  },
  publish: {
    method: 'post',
    path: project('/publish'),
    summary: 'Show the current version to players',
    guard: 'projectOwner',
    rate: 'writes',
    body: PublishData,
    answers: {
      200: answer.Published,
      ...LATER,
      ...failures(400, 403, 404, 409, 503, 504, 507),
    },
  },
  unpublish: {
    method: 'post',
    path: project('/unpublish'),
    summary: 'Take it back',
    guard: 'projectOwner',
    rate: 'writes',
    answers: { 200: answer.Done, ...LATER, ...failures(400, 403, 404, 409, 503, 504) },
  },
});
