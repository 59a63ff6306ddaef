import { describe, expect, it } from 'vitest';
import { isPushEndpoint } from './push-endpoint.js';

describe('where a notification is posted', () => {
  it.each([
    'https://fcm.googleapis.com/fcm/send/abc:APA91b-_x',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAA',
    'https://web.push.apple.com/QGuNm',
    'https://api.push.apple.com/3/device/x',
    'https://wns2-par02p.notify.windows.com/w/?token=BQYAAAC%2b',
  ])('%s is a push service', (endpoint) => {
    expect(isPushEndpoint(endpoint)).toBe(true);
  });

  it.each([
    ['no TLS', 'http://fcm.googleapis.com/fcm/send/a'],
    ['another port', 'https://fcm.googleapis.com:8443/fcm/send/a'],
    ['credentials', 'https://user:secret@fcm.googleapis.com/fcm/send/a'],
    ['a user alone', 'https://fcm.googleapis.com@evil.test/fcm/send/a'],
    ['a fragment', 'https://fcm.googleapis.com/fcm/send/a#b'],
    ['a host before', 'https://evil-fcm.googleapis.com/a'],
    ['a host behind', 'https://fcm.googleapis.com.evil.test/a'],
    ['a dot behind', 'https://fcm.googleapis.com./a'],
    ['the family alone', 'https://notify.windows.com/a'],
    ['a look-alike of a family', 'https://evilnotify.windows.com/a'],
    ['this machine', 'https://127.0.0.1/a'],
    ['a private address', 'https://10.0.0.8/a'],
    ['the metadata of a cloud', 'http://169.254.169.254/latest'],
    ['a number as a host', 'https://2130706433/a'],
    ['IPv6', 'https://[::1]/a'],
    ['a spelling that browsers change', 'https://FCM.googleapis.com/fcm/send/a'],
    ['the default port spelled out', 'https://fcm.googleapis.com:443/fcm/send/a'],
    ['a way back', 'https://fcm.googleapis.com/x/../fcm/send/a'],
    ['a blank', 'https://fcm.googleapis.com/fcm send'],
    ['a line break', 'https://fcm.googleapis.com/fcm\r\nHost: evil.test'],
    ['a backslash', 'https:\\\\fcm.googleapis.com\\a'],
    ['letters that look alike', 'https://fcm.googleapіs.com/a'],
    ['no address', 'fcm.googleapis.com'],
    ['nothing', ''],
    ['another scheme', 'data:text/plain,fcm.googleapis.com'],
    ['no end', `https://fcm.googleapis.com/${'a'.repeat(2_000)}`],
  ])('%s is none', (_what, endpoint) => {
    expect(isPushEndpoint(endpoint)).toBe(false);
    expect(isPushEndpoint(endpoint, 'http://127.0.0.1:99')).toBe(false);
  });

  it('a test has one address of its own, at one port', () => {
    const own = 'http://127.0.0.1:99';
    expect(isPushEndpoint(`${own}/push/a`, own)).toBe(true);
    expect(isPushEndpoint(`${own}/push/a`)).toBe(false);
    expect(isPushEndpoint('http://127.0.0.1:98/push/a', own)).toBe(false);
    expect(isPushEndpoint('http://127.0.0.1:99@evil.test/a', own)).toBe(false);
  });
});
