import { AccountDeletion, DeleteAccountBody } from '../account.js';
import { failures, type HttpRoute } from './route.js';

/** What belongs to a user as a whole. */
export const ACCOUNT_ROUTES: readonly HttpRoute[] = [
  {
    method: 'get',
    path: '/api/account/export',
    tag: 'account',
    summary: 'Everything that the caller owns, as a zip',
    guard: 'user',
    rate: 'projects',
    answers: { 200: 'application/zip' },
  },
  {
    method: 'post',
    path: '/api/account/delete',
    tag: 'account',
    summary: 'Begins to delete the account of the caller with all that it owns; a repeat joins',
    guard: 'user',
    rate: 'projects',
    body: DeleteAccountBody,
    answers: { 202: AccountDeletion, ...failures(400, 503) },
  },
  {
    method: 'get',
    path: '/api/account/deletion',
    tag: 'account',
    summary: 'How far the deletion of the account of the caller has come',
    guard: 'user',
    rate: 'reads',
    answers: { 200: AccountDeletion, ...failures(404, 503) },
  },
];
