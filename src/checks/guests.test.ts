import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { originOf } from '../../test/support/own-server.js';
import { areGuestsAllowed, checkGuests } from './guests.js';

/** Supabase Auth, with what it answers to a question about its settings. */
async function hosted(status: number, settings: object) {
  const server = createServer((request, response) => {
    const isAsked = request.url === '/auth/v1/settings' && request.headers['apikey'] === 'anon';
    response.writeHead(isAsked ? status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(settings));
  });
  return { SUPABASE_URL: await originOf(server), SUPABASE_ANON_KEY: 'anon' };
}

describe('D8: guests of a hosted project', () => {
  it.each([
    [200, { external: { anonymous_users: true } }, true, 'ok'],
    [200, { external: { anonymous_users: false } }, false, 'absent'],
    [200, { external: {} }, false, 'absent'],
    [500, { message: 'away' }, null, 'absent'],
  ])('are let in as its settings say: %i %j is %s', async (status, settings, allowed, verdict) => {
    const config = await hosted(status, settings);
    expect(await areGuestsAllowed(config)).toBe(allowed);
    expect(await checkGuests(config)).toMatchObject({ what: 'guests', verdict });
  });

  it('are not known of while it cannot be asked', async () => {
    const config = { SUPABASE_URL: 'http://127.0.0.1:9', SUPABASE_ANON_KEY: 'anon' };
    expect(await areGuestsAllowed(config)).toBeNull();
  });
});
