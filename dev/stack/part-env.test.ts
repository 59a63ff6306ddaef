import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config.js';
import { apiEnv, helperEnv, providedEnv, signInEnv, workerEnv, type EnvFacts } from './part-env.js';
import { planStack } from './plan.js';

const ports = { postgres: 1, supabase: 2, temporal: 3, temporalUi: 4, demo: 5, modal: 6 };
const keys = { anonKey: 'anon-key', serviceRoleKey: 'service-key' };
const callbackSecret = 'c'.repeat(64);
const secrets = {
  CALLBACK_SECRET: callbackSecret,
  GAME_PATH_SECRET: 'g'.repeat(64),
  PUBLISH_CHECK_SECRET: 'p'.repeat(64),
};
const vapid = {
  VAPID_PUBLIC_KEY: 'public',
  VAPID_PRIVATE_KEY: 'private',
  VAPID_SUBJECT: 'mailto:nobody@example.com',
};

function facts(env: Record<string, string>, modal: EnvFacts['modal'] = null): EnvFacts {
  const config = parseConfig({
    SUPABASE_URL: 'http://127.0.0.1:2',
    SUPABASE_ANON_KEY: 'a',
    SUPABASE_SERVICE_ROLE_KEY: 's',
    CALLBACK_SECRET: callbackSecret,
    EMBEDDED_SUPABASE_URL: 'http://127.0.0.1:2',
    ...env,
  });
  return {
    env,
    config,
    embedded: planStack(env, { only: undefined, without: [] }).embedded,
    ports,
    keys,
    secrets,
    vapid: {},
    modal,
  };
}

const real = {
  SUPABASE_URL: 'https://project.example',
  SUPABASE_ANON_KEY: 'ra',
  SUPABASE_SERVICE_ROLE_KEY: 'rs',
  TEMPORAL_ADDRESS: 'temporal.example:7233',
  ANTHROPIC_API_KEY: 'real-key',
};

describe('what each part is told', () => {
  it('with nothing configured: our gateway and Temporal, the demo model, and DEMO', () => {
    expect(providedEnv(facts({}))).toEqual({
      SUPABASE_URL: 'http://127.0.0.1:2',
      EMBEDDED_SUPABASE_URL: 'http://127.0.0.1:2',
      SUPABASE_ANON_KEY: 'anon-key',
      SUPABASE_SERVICE_ROLE_KEY: 'service-key',
      SUPABASE_JWT_ISSUER: 'http://localhost:3000/auth/v1',
      TEMPORAL_ADDRESS: '127.0.0.1:3',
      ANTHROPIC_API_KEY: 'demo',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:5',
      DEMO: 'true',
      RUN_PLAYS: '0',
      ...secrets,
      GEMINI_API_KEY: 'demo',
      GEMINI_BASE_URL: 'http://127.0.0.1:5/gemini',
    });
  });

  it('with real services: nothing but what API and workers sign with', () => {
    expect(providedEnv(facts(real))).toEqual(secrets);
    expect(workerEnv(facts(real))).toMatchObject(real);
  });

  it('a real key is never sent to a demo server, nor the demo key to the real one', () => {
    expect(workerEnv(facts({ ANTHROPIC_API_KEY: 'real-key' })).ANTHROPIC_BASE_URL).toBeUndefined();
    expect(
      workerEnv(facts({ ANTHROPIC_BASE_URL: 'https://model.example' })).ANTHROPIC_BASE_URL,
    ).toBe('http://127.0.0.1:5');
    expect(workerEnv(facts({ GEMINI_API_KEY: 'real-key' }))).toMatchObject({
      GEMINI_API_KEY: 'real-key',
      ANTHROPIC_API_KEY: 'demo',
    });
    expect(workerEnv(facts({ GEMINI_API_KEY: 'real-key' })).GEMINI_BASE_URL).toBeUndefined();
    expect(workerEnv(facts({ ANTHROPIC_API_KEY: 'real-key' })).GEMINI_API_KEY).toBeUndefined();
  });

  it('what signs the addresses of games is the API’s alone, as what was before it', () => {
    const given = facts({ GAME_PATH_SECRET_OLD: 'o'.repeat(64) });
    expect(apiEnv(given)).toMatchObject({ ...secrets, GAME_PATH_SECRET_OLD: 'o'.repeat(64) });
    const { CALLBACK_SECRET, PUBLISH_CHECK_SECRET } = secrets;
    expect(workerEnv(given)).toMatchObject({ CALLBACK_SECRET, PUBLISH_CHECK_SECRET });
    expect(workerEnv(given).GAME_PATH_SECRET).toBeUndefined();
    expect(workerEnv(given).GAME_PATH_SECRET_OLD).toBeUndefined();
    expect(helperEnv(secrets, {})).toEqual({});
  });

  it('what signs notifications is the worker’s alone', () => {
    const given = { ...facts({}), vapid };
    expect(workerEnv(given)).toMatchObject(vapid);
    expect(apiEnv(given)).toMatchObject({ ...vapid, VAPID_PRIVATE_KEY: undefined });
    expect(helperEnv(vapid, {})).toEqual({});
  });

  it('what signs in at the provider is told to the gateway alone', () => {
    const google = {
      GOOGLE_CLIENT_ID: 'id',
      GOOGLE_CLIENT_SECRET: 'secret',
      GOOGLE_ISSUER: 'http://127.0.0.1:8',
    };
    expect(signInEnv({ ...google, ANTHROPIC_API_KEY: 'real-key' })).toEqual(google);
    expect(signInEnv({ GOOGLE_ISSUER: '' })).toEqual({});
    expect(helperEnv(google, {})).toEqual({});
    for (const env of [workerEnv(facts(google)), apiEnv(facts(google))])
      expect(env['GOOGLE_CLIENT_SECRET']).toBeUndefined();
  });

  it(
    'with the emulator: where it is, its token, and that it is to be used unless somebody ' +
      'said otherwise',
    () => {
      const modal = { serverUrl: 'http://127.0.0.1:6', tokenId: 'ak-1', tokenSecret: 'as-1' };
      const told = {
        MODAL_SERVER_URL: 'http://127.0.0.1:6',
        MODAL_TOKEN_ID: 'ak-1',
        MODAL_TOKEN_SECRET: 'as-1',
        USE_MODAL: 'true',
      };
      expect(workerEnv(facts({}, modal))).toMatchObject(told);
      expect(apiEnv(facts({}, modal))).toMatchObject(told);
      expect(workerEnv(facts({ USE_MODAL: 'false' }, modal)).USE_MODAL).toBe('false');
      expect(helperEnv(told, {})).toEqual({ USE_MODAL: 'true' });
    },
  );

  it('the model key is for the worker alone', () => {
    expect(workerEnv(facts(real)).ANTHROPIC_API_KEY).toBe('real-key');
    expect(apiEnv(facts(real)).ANTHROPIC_API_KEY).toBeUndefined();
    expect(apiEnv(facts({})).GEMINI_API_KEY).toBeUndefined();
    expect(apiEnv(facts({ REPLICATE_API_TOKEN: 'r8-real' })).REPLICATE_API_TOKEN).toBeUndefined();
    expect(helperEnv({ ...real, CALLBACK_SECRET: 'x', PATH: '/bin' }, { PORT: '5' })).toEqual({
      PATH: '/bin',
      PORT: '5',
    });
  });

  it('every default is spelled out, so that the parts cannot disagree', () => {
    const env = workerEnv(facts({ PORT: '4000' }));
    expect(env).toMatchObject({
      PORT: '4000',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://localhost:4000',
      CALLBACK_BASE_URL: 'http://127.0.0.1:4000',
    });
    expect(env.DATA_DIR).toMatch(/^\/.*\.data$/);
  });

  it('the API links to the Temporal UI of the stack, or to the one that is configured', () => {
    expect(apiEnv(facts({})).TEMPORAL_UI_URL).toBe('http://127.0.0.1:4');
    expect(apiEnv(facts(real)).TEMPORAL_UI_URL).toBeUndefined();
    const TEMPORAL_UI_URL = 'https://temporal.example';
    expect(apiEnv(facts({ ...real, TEMPORAL_UI_URL })).TEMPORAL_UI_URL).toBe(TEMPORAL_UI_URL);
  });
});
