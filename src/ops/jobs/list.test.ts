import { expect, it } from 'vitest';
import { userOf } from './list.js';

it.each([
  ['the address', { email: 'yui@example.com', user_id: 'u' }, 'yui@example.com'],
  ['guest for a user without an address', { email: '', user_id: 'u' }, 'guest'],
  ['guest where no address is known', { email: null, user_id: 'u' }, 'guest'],
  ['that the account is gone', { email: null, user_id: null }, '(deleted)'],
])('the list of jobs has %s', (_, work, shown) => {
  expect(userOf(work)).toBe(shown);
});
