import { describe, expect, it } from 'vitest';
import { renderBackend } from './backend.js';

const state = {
  switch: 'modal',
  sharePercent: 100,
  updatedAt: '2026-01-01',
  updatedBy: 'ops',
  breaker: 'closed',
  breakerOpenedAt: null,
  breakerReason: null,
  probeAt: null,
} as const;

describe('dreamcore backend', () => {
  it('tells the switch, who moved it, and the share', () => {
    expect(renderBackend(state)).toMatch(/^modal \(by ops/);
    expect(renderBackend({ ...state, sharePercent: 10 })).toMatch(
      /^modal for 10 % of the users, local for the others/,
    );
    expect(renderBackend({ ...state, switch: 'local' })).toMatch(/^local \(by ops/);
  });

  it('tells why Modal is left alone', () => {
    expect(
      renderBackend({
        ...state,
        breaker: 'open',
        breakerOpenedAt: 'then',
        breakerReason: 'refused',
        probeAt: 'soon',
      }),
    ).toMatch(/open since then: refused.*from soon on/);
    expect(renderBackend(null)).toMatch(/^local: no worker has had Modal yet/);
  });
});
