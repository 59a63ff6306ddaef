import {
  AccountDeletion,
  AdoptGuestBody,
  DeleteAccountBody,
  GuestAdoption,
} from '../rows/account.js';
import { AccountUsage } from '../rows/usage.js';
import { failures, routes } from './route.js';

/** What belongs to a user as a whole. */
export const ACCOUNT_ROUTES = routes('account', {
  exportAccount: {
    path: '/api/account/export',
    summary: 'Everything that the caller owns, as a zip',
    guard: 'member',
    rate: 'projects',
    answers: { 200: 'application/zip' },
  },
  accountUsage: {
    path: '/api/account/usage',
    summary: 'What counts against the limit of the caller today, and what the last days have cost',
    guard: 'user',
    rate: 'reads',
    answers: { 200: AccountUsage },
  },
  deleteAccount: {
    method: 'post',
    path: '/api/account/delete',
    summary: 'Begins to delete the account of the caller with all that it owns; a repeat joins',
    guard: 'user',
    rate: 'projects',
    body: DeleteAccountBody,
    invalid: 'confirm must be DELETE',
    answers: { 202: AccountDeletion, ...failures(400, 503) },
  },
  adoptGuest: {
    method: 'post',
    path: '/api/account/adopt-guest',
    summary: 'Gives what a guest has made to the caller and removes the guest; a repeat joins',
    guard: 'member',
    rate: 'writes',
    body: AdoptGuestBody,
    invalid: 'guestToken is required',
    answers: { 200: GuestAdoption, 202: GuestAdoption, ...failures(400, 503) },
  },
  accountDeletion: {
    path: '/api/account/deletion',
    summary: 'How far the deletion of the account of the caller has come',
    guard: 'user',
    rate: 'reads',
    answers: { 200: AccountDeletion, ...failures(404, 503) },
  },
});
