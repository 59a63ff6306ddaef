import { createHash } from 'node:crypto';
import { whyWithoutModal, type ModalChoice } from '../../../config.js';
import { HOME_BACKEND, specOf, type Backend } from '../../../contracts/execution/backends.js';
import type { BackendState } from '../../../store/tables/backend-state.js';
import type { Store } from '../../../store/index.js';
import type { BackendActivities } from '../../ports/backend-ports.js';

export interface BackendDecision {
  backend: Backend;
  reason: string;
  /** For one step at a time: the backend's breaker is open. */
  isProbe: boolean;
}

export interface DecisionInput {
  config: ModalChoice;
  state: BackendState;
  userId: string;
  nowMs: number;
}

/**
 * Where the next step is done (G1). In this order: `USE_MODAL=false` and missing credentials always
 * mean `HOME_BACKEND`; then the row's switch, the share of users, the breaker. A new row starts at
 * `FIRST_BACKEND`; operators move it.
 */
export function decideBackend({ config, state, userId, nowMs }: DecisionInput): BackendDecision {
  const home = (reason: string): BackendDecision => ({
    backend: HOME_BACKEND,
    reason,
    isProbe: false,
  });
  const obstacle = whyWithoutModal(config);
  if (obstacle !== null) return home(obstacle);
  const { switch: to } = state;
  if (to === HOME_BACKEND) return home(`switched to ${to} by ${state.updatedBy}`);
  if (percentileOf(userId) >= state.sharePercent)
    return home(`outside the ${state.sharePercent} % of users on ${specOf(to).title}`);
  if (state.breaker === 'closed')
    return { backend: to, reason: `switched to ${to}`, isProbe: false };
  if (state.probeAt !== null && Date.parse(state.probeAt) <= nowMs)
    return { backend: to, reason: 'probe of an open breaker', isProbe: true };
  return home(`breaker open: ${state.breakerReason ?? 'unknown'}`);
}

/** 0 … 99, the same for a user always, so that raising the share only ever adds users. */
function percentileOf(userId: string): number {
  return createHash('sha256').update(userId.toLowerCase()).digest().readUInt32BE(0) % 100;
}

export interface BackendDeps {
  config: ModalChoice;
  store: Pick<Store, 'backendState'>;
}

/** The choice of the backend before each step of a run (G1). */
export function backendActivities({ config, store }: BackendDeps): BackendActivities {
  return {
    async chooseBackend({ userId }) {
      const obstacle = whyWithoutModal(config);
      if (obstacle !== null) return { backend: HOME_BACKEND, reason: obstacle, hasVolumes: false };
      const state =
        (await store.backendState.read()) ??
        (await store.backendState.start('the first worker with Modal'));
      const { backend, reason, isProbe } = decideBackend({
        config,
        state,
        userId,
        nowMs: Date.now(),
      });
      if (isProbe && !(await store.backendState.claimProbe())) {
        return {
          backend: HOME_BACKEND,
          reason: 'breaker open: another step tries whether Modal is back',
          hasVolumes: true,
        };
      }
      return { backend, reason, hasVolumes: true };
    },
  };
}
