import type { z } from 'zod';
import {
  GenerateImageBody,
  GenerateMovieBody,
  GenerateThumbnailBody,
  PublishInfoBody,
  RemoveBackgroundBody,
} from './actions.js';
import { AssetChangesBody, PublishBody, UploadFields } from './assets.js';
import { CallbackAnswer, CallbackPost } from './callback.js';
import * as answer from './http.js';
import { PublishData } from './publishing.js';

/** What an answer holds: JSON by its schema, anything else by its media type. */
export type HttpAnswer =
  | z.ZodType
  | 'text/html'
  | 'application/zip'
  | 'application/javascript'
  | 'image/*'
  | 'video/mp4'
  | '*/*'
  | 'nothing';

/**
 * One HTTP route as it is promised. What holds for all routes (401, 429, broken addresses and
 * bodies) is not repeated here.
 */
export interface HttpRoute {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** In the router's own notation. */
  readonly path: string;
  readonly tag:
    | 'service'
    | 'projects'
    | 'jobs'
    | 'assets'
    | 'images'
    | 'publishing'
    | 'games'
    | 'notifications'
    | 'pages'
    | 'callback';
  readonly summary: string;
  /**
   * `optional`: anybody, and who is signed in gets his own view. `signature`: see the callback
   * headers.
   */
  readonly auth: 'none' | 'optional' | 'required' | 'signature';
  /** Query parameters and what they mean. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  /** `multipart/form-data`: the field that holds the file. */
  readonly file?: string;
  readonly answers: Readonly<Record<number, HttpAnswer | readonly HttpAnswer[]>>;
}

const failures = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, answer.Failure]));
const OF_PROJECT = failures(400, 404);
/** Files of a project may have to be fetched first: 503 with `Retry-After`. */
const FILES_OF_PROJECT = failures(400, 404, 503);
const project = <const P extends string>(rest: P) => `/api/projects/:projectId${rest}` as const;

/** Every route of the API in the order of rest.md; documents and tests are made from it. */
export const HTTP_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/health',
    tag: 'service',
    summary: 'Is the API alive?',
    auth: 'none',
    answers: { 200: answer.Health },
  },
  {
    method: 'get',
    path: '/api/config',
    tag: 'service',
    summary: 'Where browsers sign in',
    auth: 'none',
    answers: { 200: answer.ConfigAnswer },
  },

  {
    method: 'get',
    path: '/api/jobs/:jobId',
    tag: 'jobs',
    summary: 'A job of the caller',
    auth: 'required',
    answers: { 200: answer.JobAnswer, ...failures(400, 403, 404) },
  },
  {
    method: 'post',
    path: '/api/jobs/:jobId/cancel',
    tag: 'jobs',
    summary: 'Stop a job',
    auth: 'required',
    answers: { 200: answer.JobCancelled, ...failures(400, 403, 404) },
  },
  {
    method: 'get',
    path: project('/active-job'),
    tag: 'jobs',
    summary: 'The job that is open in a project',
    auth: 'required',
    answers: { 200: answer.JobOrNone, ...OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/jobs'),
    tag: 'jobs',
    summary: 'Jobs of a project, newest first',
    auth: 'required',
    query: {
      limit: 'at most so many; 20 when absent, zero or no number; a negative one means none',
    },
    answers: { 200: answer.JobList, ...OF_PROJECT },
  },

  {
    method: 'get',
    path: '/api/projects',
    tag: 'projects',
    summary: 'Own projects, the one touched last first',
    auth: 'required',
    answers: { 200: answer.ProjectList },
  },
  {
    method: 'get',
    path: project(''),
    tag: 'projects',
    summary: 'The raw row of an own project',
    auth: 'required',
    answers: { 200: answer.Project, ...OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/code'),
    tag: 'projects',
    summary: 'index.html as JSON',
    auth: 'required',
    answers: { 200: answer.Code, ...FILES_OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/ai-context'),
    tag: 'projects',
    summary: 'What the last change was about',
    auth: 'required',
    answers: { 200: answer.Context, ...FILES_OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/download'),
    tag: 'projects',
    summary: 'The game as a zip that plays anywhere',
    auth: 'required',
    answers: { 200: 'application/zip', ...FILES_OF_PROJECT },
  },
  {
    method: 'get',
    path: project('/preview'),
    tag: 'projects',
    summary: 'index.html as stored; a token in the address leads to a signed path',
    auth: 'required',
    answers: {
      200: 'text/html',
      302: 'nothing',
      400: answer.Failure,
      404: [answer.Failure, 'text/html'],
      500: 'text/html',
      503: answer.Failure,
    },
  },

  {
    method: 'get',
    path: '/game/:userId/:projectId/{*path}',
    tag: 'games',
    summary: 'A file of the current version; a token in the address leads to a signed path',
    auth: 'required',
    query: { raw: 'with any value: without the injected script' },
    answers: {
      200: '*/*',
      302: 'nothing',
      400: answer.Failure,
      403: answer.Failure,
      404: [answer.Failure, 'text/html'],
      503: answer.Failure,
    },
  },
  {
    method: 'get',
    path: '/game/~:grant/{*path}',
    tag: 'games',
    summary: 'The same under a signed path, which is all that a game knows',
    auth: 'none',
    query: { raw: 'with any value: without the injected script' },
    answers: {
      200: '*/*',
      400: answer.Failure,
      401: answer.Failure,
      404: [answer.Failure, 'text/html'],
      503: answer.Failure,
    },
  },
  {
    method: 'get',
    path: '/vendor/:library/:file',
    tag: 'games',
    summary: 'A library that games use, the same bytes for ever',
    auth: 'none',
    answers: { 200: 'application/javascript', 404: 'text/html' },
  },

  {
    method: 'post',
    path: '/api/assets/upload',
    tag: 'assets',
    summary: 'Store an image, a sound or JSON (under 1 MiB)',
    auth: 'required',
    file: 'file',
    body: UploadFields,
    answers: { 200: answer.AssetUploaded, ...failures(400, 403, 413, 415, 507) },
  },
  {
    method: 'get',
    path: '/api/assets',
    tag: 'assets',
    summary: 'Own assets, newest first',
    auth: 'required',
    query: { currentProjectId: 'is echoed' },
    answers: { 200: answer.AssetList },
  },
  {
    method: 'get',
    path: '/api/assets/search',
    tag: 'assets',
    summary: 'Own assets by file name, display name, tags or description',
    auth: 'required',
    query: { q: 'text to look for; without it all' },
    answers: { 200: answer.AssetsFound },
  },
  {
    method: 'get',
    path: '/api/assets/:id',
    tag: 'assets',
    summary: 'The file; public and global ones for everybody',
    auth: 'optional',
    answers: { 200: '*/*', ...failures(400, 401, 404) },
  },
  {
    method: 'get',
    path: '/api/assets/:id/meta',
    tag: 'assets',
    summary: 'What is known about an own asset',
    auth: 'required',
    answers: { 200: answer.AssetMeta, ...failures(400, 403, 404) },
  },
  {
    method: 'put',
    path: '/api/assets/:id/publish',
    tag: 'assets',
    summary: 'Show an asset to everybody, or not',
    auth: 'required',
    body: PublishBody,
    answers: { 200: answer.AssetShared, ...failures(400, 403, 404) },
  },
  {
    method: 'put',
    path: '/api/assets/:id',
    tag: 'assets',
    summary: 'Change what is given',
    auth: 'required',
    body: AssetChangesBody,
    answers: { 200: answer.AssetChanged, ...failures(400, 403, 404) },
  },
  {
    method: 'delete',
    path: '/api/assets/:id',
    tag: 'assets',
    summary: 'Soft delete',
    auth: 'required',
    answers: { 200: answer.AssetDeleted, ...failures(400, 403, 404) },
  },
  {
    method: 'get',
    path: '/user-assets/:userId/:alias',
    tag: 'assets',
    summary: 'An asset under the address that games use',
    auth: 'optional',
    answers: { 200: '*/*', 404: 'text/html' },
  },
  {
    method: 'get',
    path: '/global-assets/:category/:alias',
    tag: 'assets',
    summary: 'An asset of everybody',
    auth: 'none',
    answers: { 200: '*/*', 404: 'text/html' },
  },

  {
    method: 'post',
    path: '/api/assets/remove-background',
    tag: 'images',
    summary: 'Cut an image out (body up to 50 MB)',
    auth: 'required',
    body: RemoveBackgroundBody,
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
    auth: 'required',
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
    auth: 'required',
    answers: { 200: answer.ActionAnswer, ...failures(400, 403, 404) },
  },
  {
    method: 'post',
    path: '/api/actions/:actionId/cancel',
    tag: 'images',
    summary: 'Stop background work',
    auth: 'required',
    answers: { 200: answer.ActionCancelled, ...failures(400, 403, 404) },
  },

  {
    method: 'get',
    path: project('/publish-draft'),
    tag: 'publishing',
    summary: 'What the publish page holds; null = nothing yet',
    auth: 'required',
    answers: { 200: answer.DraftOrNone, ...OF_PROJECT },
  },
  {
    method: 'put',
    path: project('/publish-draft'),
    tag: 'publishing',
    summary: 'Replace it as a whole',
    auth: 'required',
    body: PublishData,
    answers: { 200: answer.Done, ...OF_PROJECT },
  },
  {
    method: 'post',
    path: project('/generate-publish-info'),
    tag: 'publishing',
    summary: 'Title, description, how to play and tags by the model',
    auth: 'required',
    body: PublishInfoBody,
    answers: { 200: answer.PublishInfoAnswer, ...failures(400, 404), 500: answer.InfoFailure },
  },
  {
    method: 'post',
    path: project('/generate-thumbnail'),
    tag: 'publishing',
    summary: 'A 9:16 image of the game',
    auth: 'required',
    body: GenerateThumbnailBody,
    answers: { 200: answer.ThumbnailMade, ...failures(400, 404, 503), 500: answer.MediaFailure },
  },
  {
    method: 'post',
    path: project('/upload-thumbnail'),
    tag: 'publishing',
    summary: 'An own 9:16 image',
    auth: 'required',
    file: 'thumbnail',
    answers: { 200: answer.ThumbnailMade, ...failures(400, 404, 413, 415, 507) },
  },
  {
    method: 'get',
    path: project('/thumbnail'),
    tag: 'publishing',
    summary: 'The image of a project, for everybody',
    auth: 'none',
    answers: { 200: 'image/*', 404: 'text/html' },
  },
  {
    method: 'post',
    path: project('/generate-movie'),
    tag: 'publishing',
    summary: 'A short video of the game',
    auth: 'required',
    body: GenerateMovieBody,
    answers: { 200: answer.MovieMade, ...failures(400, 404, 503), 500: answer.MediaFailure },
  },
  {
    method: 'get',
    path: project('/movie'),
    tag: 'publishing',
    summary: 'The video',
    auth: 'required',
    answers: { 200: 'video/mp4', 400: answer.Failure, 404: [answer.Failure, 'text/html'] },
  },
  {
    method: 'get',
    path: project('/publish'),
    tag: 'publishing',
    summary: 'Is it published, and as what?',
    auth: 'required',
    answers: { 200: answer.Publication, ...OF_PROJECT },
  },
  {
    method: 'post',
    path: project('/publish'),
    tag: 'publishing',
    summary: 'Show the current version to players',
    auth: 'required',
    body: PublishData,
    answers: { 200: answer.Published, ...failures(400, 403, 404, 409, 503, 504, 507) },
  },
  {
    method: 'post',
    path: project('/unpublish'),
    tag: 'publishing',
    summary: 'Take it back',
    auth: 'required',
    answers: { 200: answer.Done, ...failures(400, 403, 404, 409, 503, 504) },
  },

  {
    method: 'get',
    path: '/api/games',
    tag: 'games',
    summary: 'Games that everybody may find, newest first',
    auth: 'optional',
    query: {
      limit: 'at most so many: 1 to 50, 20 when absent',
      after: '`next` of the page before',
    },
    answers: { 200: answer.Feed, 400: answer.Failure },
  },
  {
    method: 'get',
    path: '/api/games/:id',
    tag: 'games',
    summary: "A published game by its id or its project's",
    auth: 'optional',
    answers: { 200: answer.GameAnswer, ...failures(400, 404) },
  },
  {
    method: 'post',
    path: '/api/games/:id/play',
    tag: 'games',
    summary: 'Count a play, once in 30 minutes',
    auth: 'optional',
    answers: { 200: answer.PlayCounted, ...failures(400, 404) },
  },
  {
    method: 'put',
    path: '/api/games/:id/like',
    tag: 'games',
    summary: 'Like',
    auth: 'required',
    answers: { 200: answer.Liked, ...failures(400, 404) },
  },
  {
    method: 'delete',
    path: '/api/games/:id/like',
    tag: 'games',
    summary: 'Do not like any more',
    auth: 'required',
    answers: { 200: answer.Liked, ...failures(400, 404) },
  },
  {
    method: 'get',
    path: '/game/published/:gameId',
    tag: 'games',
    summary: 'Leads to the published version',
    auth: 'none',
    answers: { 302: 'nothing', 404: 'text/html' },
  },
  {
    method: 'get',
    path: '/game/published/:gameId/:revision/{*path}',
    tag: 'games',
    summary: 'A file of the published version',
    auth: 'none',
    answers: { 200: '*/*', 404: 'text/html' },
  },

  {
    method: 'get',
    path: '/api/notifications',
    tag: 'notifications',
    summary: 'What the caller is told, newest first',
    auth: 'required',
    answers: { 200: answer.NotificationList },
  },
  {
    method: 'post',
    path: '/api/notifications/read-all',
    tag: 'notifications',
    summary: 'All are read',
    auth: 'required',
    answers: { 200: answer.Done },
  },
  {
    method: 'post',
    path: '/api/notifications/:id/read',
    tag: 'notifications',
    summary: 'One is read',
    auth: 'required',
    answers: { 200: answer.Done, ...failures(400, 404) },
  },

  {
    method: 'get',
    path: '/create',
    tag: 'pages',
    summary: 'Project list',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/project/:id',
    tag: 'pages',
    summary: 'Editor',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/play/:id',
    tag: 'pages',
    summary: 'Play a game',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/game.html',
    tag: 'pages',
    summary: 'The same, where publishing leads to',
    auth: 'none',
    query: { id: 'of the game or its project' },
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/discover',
    tag: 'pages',
    summary: 'Published games',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/zap',
    tag: 'pages',
    summary: 'The same',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/zap/:id',
    tag: 'pages',
    summary: 'Play a game',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/mypage',
    tag: 'pages',
    summary: 'Own profile and games',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/notifications',
    tag: 'pages',
    summary: 'Notifications',
    auth: 'none',
    answers: { 200: 'text/html' },
  },
  {
    method: 'get',
    path: '/lib/supabase.min.js',
    tag: 'pages',
    summary: 'Browser build of supabase-js',
    auth: 'none',
    answers: { 200: 'application/javascript' },
  },

  {
    method: 'post',
    path: '/callback/actions/:actionId',
    tag: 'callback',
    summary: 'Where an action tells how far it is',
    auth: 'signature',
    body: CallbackPost,
    answers: { 200: CallbackAnswer, 410: CallbackAnswer, ...failures(400, 401, 403, 413, 503) },
  },
  {
    method: 'post',
    path: '/callback/:jobId',
    tag: 'callback',
    summary: 'Where a run tells what happens',
    auth: 'signature',
    body: CallbackPost,
    answers: {
      200: CallbackAnswer,
      410: CallbackAnswer,
      ...failures(400, 401, 403, 413, 429, 503),
    },
  },
];
