import { createHash } from 'node:crypto';
import { whyWithoutModal, type ModalChoice } from '../../config.js';
import type { Backend } from '../../contracts/workflows.js';
import type { BackendState } from '../../store/tables/backend-state.js';
import type { Store } from '../../store/index.js';
import type { BackendActivities } from '../ports/backend-ports.js';

export interface BackendDecision {
  backend: Backend;
  reason: string;
  /** Only for one step at a time: whether Modal is back is not known. */
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
 * mean local; then the row's switch, then the share of users, then the breaker. A row that is new
 * starts at `modal`: afterwards operators move it.
 */
export function decideBackend({ config, state, userId, nowMs }: DecisionInput): BackendDecision {
  const local = (reason: string): BackendDecision => ({ backend: 'local', reason, isProbe: false });
  const obstacle = whyWithoutModal(config);
  if (obstacle !== null) return local(obstacle);
  if (state.switch === 'local') return local(`switched to local by ${state.updatedBy}`);
  if (percentileOf(userId) >= state.sharePercent)
    return local(`outside the ${state.sharePercent} % of users on Modal`);
  if (state.breaker === 'closed')
    return { backend: 'modal', reason: 'switched to modal', isProbe: false };
  if (state.probeAt !== null && Date.parse(state.probeAt) <= nowMs)
    return { backend: 'modal', reason: 'probe of an open breaker', isProbe: true };
  return local(`breaker open: ${state.breakerReason ?? 'unknown'}`);
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
      if (obstacle !== null) return { backend: 'local', reason: obstacle, hasVolumes: false };
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
          backend: 'local',
          reason: 'breaker open: another step tries whether Modal is back',
          hasVolumes: true,
        };
      }
      return { backend, reason, hasVolumes: true };
    },
  };
}
