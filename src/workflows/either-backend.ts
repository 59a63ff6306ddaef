import {
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { ActionRef } from '../contracts/actions.js';
import type { Backend } from '../contracts/workflows.js';
import { shared } from './activity-proxies.js';
import { classifyFailure } from './failures.js';
import { nextTry } from './next-try.js';

const backendKey = defineSearchAttributeKey('Backend', 'KEYWORD');

/**
 * Does an action's work where the switch says; after a failure of Modal itself on this machine
 * (G1). Throws the failure of the last try. `only`: for work that Modal cannot do.
 */
export async function runWithFallback<T>(
  { actionId, userId }: ActionRef,
  details: string,
  work: (backend: Backend) => Promise<T>,
  only?: 'local',
): Promise<T> {
  const tries: Record<Backend, number> = { modal: 0, local: 0 };
  let staysLocal = only === 'local';
  for (;;) {
    const { backend } = staysLocal
      ? { backend: 'local' as const }
      : await shared.chooseBackend({ userId });
    tries[backend] += 1;
    upsertSearchAttributes([{ key: backendKey, value: backend }]);
    setCurrentDetails(`${details} (${backend}, try ${tries[backend]})`);
    const startedMs = Date.now();
    try {
      return await work(backend);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = classifyFailure(error);
      const decision = nextTry({
        backend,
        failure,
        tries: tries[backend],
        tookMs: Date.now() - startedMs,
      });
      if (decision.next === 'giveUp') throw error;
      if (decision.next === 'local') {
        staysLocal = true;
        log.warn('an action leaves Modal', {
          actionId,
          kind: failure.kind,
          detail: failure.detail,
        });
      } else if (decision.delayMs > 0) {
        await sleep(decision.delayMs);
      }
    }
  }
}
