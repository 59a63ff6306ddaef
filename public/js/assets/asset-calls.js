/** The user's assets as the server keeps them. */
import { ask, failureText, get, Refusal, withToken } from '../net/rest.js';
import { text } from '../texts/index.js';
import { smallEnough } from './compress.js';

/** @typedef {import('../net/session.js').Session} Session */
/**
 * @typedef {{ id: string, filename: string, mimeType: string | null, url: string, tags?: string |
 * null, projects: { id: string, name: string }[] }} Asset
 */

/** @param {Session} session @param {string} projectId @returns {Promise<Asset[]>} newest first */
export async function listAssets(session, projectId) {
  const answer = await get(session, `/api/assets?currentProjectId=${projectId}`);
  return (await answer.json()).assets;
}

/** @param {Session} session @param {string} id */
export async function deleteAsset(session, id) {
  await ask(session, 'DELETE', `/api/assets/${id}`);
}

/**
 * @param {Session} session @param {File} file @param {{ projectId: string, tags?: string,
 * description?: string }} fields
 * @returns {Promise<Asset>} rejects with an Error whose message is for the person
 */
export async function uploadAsset(session, file, { projectId, tags = '', description = '' }) {
  const small = await smallEnough(file);
  const form = new FormData();
  form.append('file', small, small.name);
  form.append('originalName', small.name);
  form.append('projectId', projectId);
  if (tags !== '') form.append('tags', tags);
  if (description !== '') form.append('description', description);
  try {
    const answer = await ask(session, 'POST', '/api/assets/upload', form);
    return { projects: [], ...(await answer.json()).asset };
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 0;
    if (status === 415) throw new Error(text.assetWrongType);
    if (status === 413) throw new Error(text.assetTooLarge);
    throw new Error(
      status === 507 ? text.assetNoRoom : failureText(error, text.thumbnailUploadFailed),
    );
  }
}

/**
 * With the token: an asset of no project is shown to its owner alone. @param {Session} session
 * @param {Asset} asset
 */
export function assetImage(session, { url }) {
  return withToken(url, session);
}

/** @param {Asset} asset */
export function isImage({ mimeType }) {
  return mimeType?.startsWith('image/') ?? false;
}
