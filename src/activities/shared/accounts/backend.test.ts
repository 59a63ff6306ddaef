import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BackendState } from '../../../store/tables/backend-state.js';
import { decideBackend, type DecisionInput } from './backend.js';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const WITH_MODAL = { USE_MODAL: undefined, MODAL_TOKEN_ID: 'id', MODAL_TOKEN_SECRET: 'secret' };
const ROW: BackendState = {
  switch: 'modal',
  sharePercent: 100,
  updatedAt: '',
  updatedBy: 'ops',
  breaker: 'closed',
  breakerOpenedAt: null,
  breakerReason: null,
  probeAt: null,
};
const openUntil = (afterMs: number): Partial<BackendState> => ({
  breaker: 'open',
  breakerReason: 'refused',
  probeAt: new Date(NOW_MS + afterMs).toISOString(),
});
const decide = (
  state: BackendState,
  config: DecisionInput['config'] = WITH_MODAL,
  userId: string = randomUUID(),
) => decideBackend({ config, state, userId, nowMs: NOW_MS });

describe('G1: where the next step is done', () => {
  it.each([
    ['everything says Modal', ROW, WITH_MODAL, 'modal', /switched to modal/],
    [
      'USE_MODAL=true and the row says Modal',
      ROW,
      { ...WITH_MODAL, USE_MODAL: true },
      'modal',
      /switched/,
    ],
    [
      'USE_MODAL=false, whatever the row says',
      ROW,
      { ...WITH_MODAL, USE_MODAL: false },
      'local',
      /USE_MODAL=false/,
    ],
    ['no token', ROW, { ...WITH_MODAL, MODAL_TOKEN_ID: undefined }, 'local', /credentials/],
    [
      'half of the credentials',
      ROW,
      { ...WITH_MODAL, MODAL_TOKEN_SECRET: undefined },
      'local',
      /credentials/,
    ],
    [
      'USE_MODAL=true without credentials',
      ROW,
      { USE_MODAL: true, MODAL_TOKEN_ID: undefined, MODAL_TOKEN_SECRET: undefined },
      'local',
      /credentials/,
    ],
    [
      'an operator moved the switch, whatever USE_MODAL was at the start',
      { ...ROW, switch: 'local' },
      { ...WITH_MODAL, USE_MODAL: true },
      'local',
      /by ops/,
    ],
    ['a share of nobody', { ...ROW, sharePercent: 0 }, WITH_MODAL, 'local', /0 %/],
    [
      'the breaker is open',
      { ...ROW, ...openUntil(1) },
      WITH_MODAL,
      'local',
      /breaker open: refused/,
    ],
    [
      'the breaker is open and a probe is due',
      { ...ROW, ...openUntil(0) },
      WITH_MODAL,
      'modal',
      /probe/,
    ],
    [
      'a probe is due but the switch says local',
      { ...ROW, switch: 'local', ...openUntil(0) },
      WITH_MODAL,
      'local',
      /by ops/,
    ],
  ] as const)('%s', (_name, state, config, backend, reason) => {
    const decision = decide(state, config);
    expect(decision).toMatchObject({ backend, isProbe: /probe/.test(decision.reason) });
    expect(decision.reason).toMatch(reason);
  });

  it('a share takes about its part of the users, and raising it keeps those it had', () => {
    const users = Array.from({ length: 2_000 }, (_, no) => `user-${no}`);
    const onModal = (sharePercent: number) =>
      users.filter(
        (userId) => decide({ ...ROW, sharePercent }, WITH_MODAL, userId).backend === 'modal',
      );
    const [quarter, most] = [onModal(25), new Set(onModal(60))];
    expect(quarter.length).toBeGreaterThan(400);
    expect(quarter.length).toBeLessThan(600);
    expect(quarter.every((userId) => most.has(userId))).toBe(true);
    expect(onModal(100)).toHaveLength(users.length);
  });
});
