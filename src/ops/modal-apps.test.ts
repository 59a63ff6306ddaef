import { describe, expect, it } from 'vitest';
import { appsToStop } from './modal-apps.js';

const app = (version: string, createdAt: string, more: object = {}) => ({
  app_id: `ap-${version}`,
  description: `dreamcore-${version.repeat(16)}`,
  state: 'deployed',
  tasks: '0',
  created_at: createdAt,
  stopped_at: null,
  ...more,
});
const stopped = (listed: object[]): string[] =>
  appsToStop(JSON.stringify(listed), 'dreamcore', `dreamcore-${'c'.repeat(16)}`).map(
    ({ id }) => id,
  );

describe('I1: of the deployed versions of the runner', () => {
  it('the new one and the one before stay, older ones go', () => {
    const listed = [
      app('a', '2026-11-01T00:00:00+00:00'),
      app('b', '2026-11-02T00:00:00+00:00'),
      app('c', '2026-11-03T00:00:00+00:00'),
    ];
    expect(stopped(listed)).toEqual(['ap-a']);
    expect(stopped(listed.slice(1))).toEqual([]);
  });

  it('the new one stays although it was deployed before the others, as in a rollback', () => {
    expect(
      stopped([
        app('c', '2026-11-01T00:00:00+00:00'),
        app('a', '2026-11-02T00:00:00+00:00'),
        app('b', '2026-11-03T00:00:00+00:00'),
      ]),
    ).toEqual(['ap-a']);
  });

  it('one in which a container works goes another time', () => {
    expect(
      stopped([
        app('a', '2026-11-01T00:00:00+00:00', { tasks: '1' }),
        app('b', '2026-11-02T00:00:00+00:00'),
        app('c', '2026-11-03T00:00:00+00:00'),
      ]),
    ).toEqual([]);
  });

  it("what is stopped, or somebody else's, is left alone", () => {
    expect(
      stopped([
        app('a', '2026-11-01T00:00:00+00:00', { state: 'stopped' }),
        app('d', '2026-11-01T00:00:00+00:00', { description: 'dreamcore' }),
        app('e', '2026-11-01T00:00:00+00:00', { description: 'dreamcore-staging' }),
        app('b', '2026-11-02T00:00:00+00:00'),
        app('c', '2026-11-03T00:00:00+00:00'),
      ]),
    ).toEqual([]);
  });
});
