import { BAD_TOKEN, NO_TOKEN, row, type Rows, stranger } from './row.js';

const INVALID = { error: 'Invalid push subscription' };
const ENDPOINT = 'https://fcm.googleapis.com/fcm/send/cJX:APA91b';
const PUT = 'PUT /api/push/subscription';
const DELETE = 'POST /api/push/subscription/delete';
/** As `PushSubscription.toJSON()` of a browser says it, and the language of its pages. */
const GIVEN = {
  endpoint: ENDPOINT,
  expirationTime: null,
  keys: { p256dh: `B${'x'.repeat(86)}`, auth: 'y'.repeat(22) },
  language: 'ja',
};
const put = (given: object, as: 'alice' | 'bob' = 'alice') =>
  row(PUT, as, 400, INVALID, { body: { ...GIVEN, ...given } });

/** Beyond rest.md: notifications of a browser though no page is open. */
export const PUSH: Rows = {
  'additive: a browser that is told of finished games': [
    row(PUT, 'anybody', 401, NO_TOKEN, { body: GIVEN }),
    row(PUT, stranger, 401, BAD_TOKEN, { body: GIVEN }),
    row(PUT, 'alice', 200, { success: true }, { body: GIVEN }),
    row(PUT, 'alice', 200, { success: true }, { body: { ...GIVEN, language: 'en' } }),
    put({ keys: { ...GIVEN.keys, auth: 'z'.repeat(22) } }, 'bob'),
    put({ endpoint: 'https://fcm.googleapis.com.evil.test/a' }),
    put({ endpoint: 'http://fcm.googleapis.com/fcm/send/a' }),
    put({ endpoint: 'https://127.0.0.1/a' }),
    put({ endpoint: `${ENDPOINT}${'a'.repeat(2_000)}` }),
    put({ endpoint: 7 }),
    put({ language: 'fr' }),
    put({ keys: { p256dh: 'short', auth: 'y'.repeat(22) } }),
    put({ keys: { p256dh: GIVEN.keys.p256dh } }),
    put({ keys: null }),
    row(PUT, 'alice', 400, INVALID),
    row(DELETE, 'anybody', 401, NO_TOKEN, { body: GIVEN }),
    row(DELETE, stranger, 401, BAD_TOKEN, { body: GIVEN }),
    row(DELETE, 'bob', 200, { success: true }, { body: { endpoint: ENDPOINT } }),
    row(DELETE, 'alice', 200, { success: true }, { body: { endpoint: ENDPOINT } }),
    row(DELETE, 'alice', 200, { success: true }, { body: { endpoint: ENDPOINT } }),
    row(DELETE, 'alice', 400, INVALID, { body: { endpoint: '' } }),
    row(DELETE, 'alice', 400, INVALID, { body: { everywhere: false } }),
    row(DELETE, 'alice', 200, { success: true }, { body: { everywhere: true } }),
  ],
};
