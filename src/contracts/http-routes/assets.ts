import { z } from 'zod';
import { AssetChangesBody, PublishBody, UploadFields } from '../media/assets.js';
import { storable } from '../base/ids.js';
import * as answer from '../wire/http.js';
import { failures, MAX_UPLOAD_BYTES, routes } from './route.js';

/** Assets, uploaded and managed by their owners. */
export const ASSET_ROUTES = routes('assets', {
  uploadAsset: {
    method: 'post',
    path: '/api/assets/upload',
    summary: 'Store an image, a sound or JSON (under 1 MiB)',
    guard: 'member',
    rate: 'writes',
    crossOrigin: 'listed',
    upload: { field: 'file', maxFileBytes: MAX_UPLOAD_BYTES },
    body: UploadFields,
    answers: { 200: answer.AssetUploaded, ...failures(400, 403, 413, 415, 507) },
  },
  listAssets: {
    path: '/api/assets',
    summary: 'Own assets, newest first',
    guard: 'user',
    rate: 'reads',
    query: z.looseObject({ currentProjectId: z.unknown().optional().describe('is echoed') }),
    answers: { 200: answer.AssetList },
  },
  searchAssets: {
    path: '/api/assets/search',
    summary: 'Own assets by file name, display name, tags or description',
    guard: 'user',
    rate: 'reads',
    crossOrigin: 'listed',
    query: z.looseObject({
      q: z
        .unknown()
        .optional()
        .transform((q) => [q].flat()[0])
        .pipe(z.string().transform(storable).catch(''))
        .describe('text to search for; all assets without it'),
    }),
    answers: { 200: answer.AssetsFound },
  },
  assetMeta: {
    path: '/api/assets/:id/meta',
    summary: 'What is known about an own asset',
    guard: 'assetOwner',
    rate: 'reads',
    crossOrigin: 'listed',
    answers: { 200: answer.AssetMeta, ...failures(400, 403, 404) },
  },
  shareAsset: {
    method: 'put',
    path: '/api/assets/:id/publish',
    summary: 'Show an asset to everybody, or not',
    guard: 'assetOwner',
    rate: 'writes',
    crossOrigin: 'listed',
    body: PublishBody,
    invalid: 'isPublic must be a boolean',
    answers: { 200: answer.AssetShared, ...failures(400, 403, 404) },
  },
  changeAsset: {
    method: 'put',
    path: '/api/assets/:id',
    summary: 'Change what is given',
    guard: 'assetOwner',
    rate: 'writes',
    crossOrigin: 'listed',
    body: AssetChangesBody,
    answers: { 200: answer.AssetChanged, ...failures(400, 403, 404) },
  },
  deleteAsset: {
    method: 'delete',
    path: '/api/assets/:id',
    summary: 'Soft delete',
    guard: 'assetOwner',
    rate: 'writes',
    crossOrigin: 'listed',
    answers: { 200: answer.AssetDeleted, ...failures(400, 403, 404) },
  },
});

const FIXED = z.looseObject({
  sha: z.unknown().optional().describe('SHA-256 of the bytes: these for ever, or 404'),
});

/** Assets as files; the host that serves games only has these routes as well. */
export const ASSET_FILE_ROUTES = routes('assets', {
  assetById: {
    path: '/api/assets/:id',
    summary: 'The file; public and global ones for everybody',
    guard: 'assetReader',
    rate: 'files',
    query: FIXED,
    crossOrigin: 'listed',
    answers: { 200: '*/*', ...failures(400, 401, 404) },
  },
  userAsset: {
    path: '/user-assets/:userId/:alias',
    summary: 'An asset under the address that games use',
    guard: 'visitor',
    rate: 'files',
    query: FIXED,
    crossOrigin: 'games',
    answers: { 200: '*/*', 404: 'text/html' },
  },
  globalAsset: {
    path: '/global-assets/:category/:alias',
    summary: 'An asset of everybody',
    guard: 'none',
    rate: 'files',
    query: FIXED,
    crossOrigin: 'games',
    answers: { 200: '*/*', 404: 'text/html' },
  },
});
