import { describe, expect, it } from 'vitest';
import { missingForProduction, NEEDS, PARTS, planStack, type Selection } from './plan.js';

const whole: Selection = { only: undefined, without: [] };
const real = {
  SUPABASE_URL: 'https://x.example',
  TEMPORAL_ADDRESS: 'temporal:7233',
  ANTHROPIC_API_KEY: 'k',
};

describe('which parts run', () => {
  it('embeds everything when nothing is configured', () => {
    expect(planStack({}, whole)).toEqual({
      parts: PARTS.filter((part) => part !== 'modal'),
      embedded: { supabase: true, temporal: true, demo: true, modal: false },
    });
  });

  it('replaces embedded parts one at a time by what is configured', () => {
    expect(planStack({ SUPABASE_URL: real.SUPABASE_URL }, whole).parts).toEqual([
      'temporal',
      'demo',
      'worker',
      'api',
    ]);
    expect(planStack({ TEMPORAL_ADDRESS: real.TEMPORAL_ADDRESS }, whole).parts).toEqual([
      'postgres',
      'supabase',
      'demo',
      'worker',
      'api',
    ]);
    expect(planStack(real, whole)).toEqual({
      parts: ['worker', 'api'],
      embedded: { supabase: false, temporal: false, demo: false, modal: false },
    });
  });

  it('never runs a demo model beside a real key', () => {
    const plan = planStack({ ANTHROPIC_API_KEY: 'k' }, whole);
    expect(plan.parts).not.toContain('demo');
    expect(plan.embedded.demo).toBe(false);
    expect(() => planStack({ ANTHROPIC_API_KEY: 'k' }, { only: 'demo', without: [] })).toThrow(
      'ANTHROPIC_API_KEY is set',
    );
  });

  it('runs the Modal emulator only when it is asked to, and never beside real credentials', () => {
    expect(planStack({}, { ...whole, modalEmulator: true }).parts).toEqual([...PARTS]);
    expect(planStack({}, { only: 'modal', without: [] }).parts).toEqual(['modal']);
    expect(planStack({ MODAL_TOKEN_ID: 'ak' }, { ...whole, modalEmulator: true })).toMatchObject({
      parts: planStack({}, whole).parts,
      embedded: { modal: false },
    });
    expect(() => planStack({ MODAL_TOKEN_ID: 'ak' }, { only: 'modal', without: [] })).toThrow(
      'MODAL_TOKEN_ID is set',
    );
  });

  it('runs one part alone, PostgreSQL with the gateway', () => {
    expect(planStack({}, { only: 'worker', without: [] }).parts).toEqual(['worker']);
    expect(planStack({}, { only: 'supabase', without: [] }).parts).toEqual([
      'postgres',
      'supabase',
    ]);
  });

  it('leaves out what it is told to leave out', () => {
    expect(planStack({}, { only: undefined, without: ['worker', 'supabase'] }).parts).toEqual([
      'temporal',
      'demo',
      'api',
    ]);
  });

  it('lists every part after those that it needs', () => {
    for (const part of PARTS)
      for (const needed of NEEDS[part])
        expect(PARTS.indexOf(needed)).toBeLessThan(PARTS.indexOf(part));
  });
});

describe('production', () => {
  it('names everything that is missing, at once', () => {
    const missing = missingForProduction({ NODE_ENV: 'production' }, whole).join('\n');
    for (const name of [
      'SUPABASE_URL',
      'SUPABASE_ANON_KEY',
      'SUPABASE_SERVICE_ROLE_KEY',
      'TEMPORAL_ADDRESS',
      'ANTHROPIC_API_KEY',
      'CALLBACK_SECRET',
      'GAME_PATH_SECRET',
      'PUBLISH_CHECK_SECRET',
    ])
      expect(missing).toContain(name);
  });

  it('is content with real services', () => {
    const env = {
      NODE_ENV: 'production',
      ...real,
      SUPABASE_ANON_KEY: 'a',
      SUPABASE_SERVICE_ROLE_KEY: 's',
      CALLBACK_SECRET: 'c'.repeat(32),
      GAME_PATH_SECRET: 'g'.repeat(32),
      PUBLISH_CHECK_SECRET: 'p'.repeat(32),
    };
    expect(missingForProduction(env, whole)).toEqual([]);
    expect(
      missingForProduction({ ...env, ANTHROPIC_API_KEY: undefined }, { only: 'api', without: [] }),
    ).toEqual([]);
    expect(
      missingForProduction(
        { ...env, ANTHROPIC_API_KEY: undefined },
        { only: 'worker', without: [] },
      ),
    ).toHaveLength(1);
    const ofWorker = { ...env, GAME_PATH_SECRET: undefined };
    expect(missingForProduction(ofWorker, { only: 'worker', without: [] })).toEqual([]);
    expect(missingForProduction(ofWorker, { only: 'api', without: [] })).toHaveLength(1);
  });

  it('refuses to run an embedded part', () => {
    expect(
      missingForProduction({ NODE_ENV: 'production' }, { only: 'supabase', without: [] })[0],
    ).toContain('"supabase" is embedded');
  });

  it('refuses the Modal emulator', () => {
    expect(
      missingForProduction({ NODE_ENV: 'production' }, { ...whole, modalEmulator: true })[0],
    ).toContain('isolates nothing');
  });

  it('asks for nothing elsewhere', () => {
    expect(missingForProduction({}, whole)).toEqual([]);
    expect(missingForProduction({ NODE_ENV: 'test' }, whole)).toEqual([]);
  });
});
