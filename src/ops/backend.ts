import type { BackendState } from '../store/tables/backend-state.js';
import { FIRST_BACKEND, HOME_BACKEND, type Backend } from '../contracts/execution/backends.js';
import { operatorHere, shown, type Output } from './options.js';
import { openRunningStore } from './running-store.js';

export interface BackendOptions extends Output {
  /** Percent of the users. */
  readonly share?: number;
}

/**
 * `npx dreamcore backend`: shows where work is done, or moves the switch; running jobs follow at
 * their next step (G1).
 */
export async function moveBackend(
  to: Backend | undefined,
  options: BackendOptions,
): Promise<string> {
  const { store } = await openRunningStore(options.envFile);
  const state = await store.backendState.read();
  const { share: sharePercent } = options;
  if (to === undefined && sharePercent === undefined) return shown(state, options, renderBackend);
  const by = operatorHere();
  const moved = await store.backendState.setSwitch({
    to: to ?? state?.switch ?? FIRST_BACKEND,
    by,
    sharePercent,
  });
  const follow = 'Running jobs follow at their next step.';
  return shown(moved, options, () => `${renderBackend(moved)}\n${follow}`);
}

/** The row as text. */
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
