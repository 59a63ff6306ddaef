import os from 'node:os';
import type { BackendState } from '../store/tables/backend-state.js';
import { FIRST_BACKEND, HOME_BACKEND, type Backend } from '../contracts/backends.js';
import { openRunningStore } from './running-store.js';

export interface BackendOptions {
  /** Absent: only show. */
  readonly to?: Backend;
  /** Percent of the users. */
  readonly share?: number;
  readonly json?: boolean;
  readonly envFile?: string;
}

/**
 * `npx dreamcore backend`: shows where work is done, or moves the switch; running jobs follow at
 * their next step (G1).
 */
export async function moveBackend({ to, share, json, envFile }: BackendOptions): Promise<string> {
  const { store } = await openRunningStore(envFile);
  const state = await store.backendState.read();
  if (to === undefined && share === undefined)
    return json ? JSON.stringify(state, null, 2) : renderBackend(state);
  const by = `${os.userInfo().username}@${os.hostname()}`;
  const moved = await store.backendState.setSwitch({
    to: to ?? state?.switch ?? FIRST_BACKEND,
    by,
    ...(share === undefined ? {} : { sharePercent: share }),
  });
  if (json) return JSON.stringify(moved, null, 2);
  return `${renderBackend(moved)}\nRunning jobs follow at their next step.`;
}

/** What the row says, for a person. */
export function renderBackend(state: BackendState | null): string {
  if (state === null)
    return (
      'local: no worker has had Modal yet. The first one that has starts at modal, for all ' +
      'users.'
    );
  const share =
    state.switch !== HOME_BACKEND && state.sharePercent < 100
      ? ` for ${state.sharePercent} % of the users, local for the others`
      : '';
  const lines = [`${state.switch}${share} (by ${state.updatedBy}, ${state.updatedAt})`];
  if (state.breaker === 'open') {
    lines.push(
      `The breaker is open since ${state.breakerOpenedAt ?? '?'}: ` +
        `${state.breakerReason ?? 'unknown'}. Work is done locally; one step tries Modal ` +
        `from ${state.probeAt ?? '?'} on.`,
    );
  }
  lines.push(
    'Workers with USE_MODAL=false or without Modal credentials work locally whatever stands here.',
  );
  return lines.join('\n');
}
