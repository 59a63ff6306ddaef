import { isCancellation, log, setCurrentDetails, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { DrawPictureInput } from '../activities/ports.js';
import type { PictureMade } from '../contracts/images.js';
import type { Backend } from '../contracts/workflows.js';
import { localPictures, modalPictures, shared } from './activity-proxies.js';
import { classifyFailure } from './failures.js';
import { nextTry } from './next-try.js';

const backendKey = defineSearchAttributeKey('Backend', 'KEYWORD');

/** Has a picture drawn where the switch says; after a failure of Modal itself on this machine (G1). Throws the failure of the last try. */
export async function drawPicture(input: DrawPictureInput): Promise<PictureMade> {
  const tries: Record<Backend, number> = { modal: 0, local: 0 };
  let staysLocal = false;
  for (;;) {
    const { backend } = staysLocal ? { backend: 'local' as const } : await shared.chooseBackend({ userId: input.userId });
    tries[backend] += 1;
    upsertSearchAttributes([{ key: backendKey, value: backend }]);
    setCurrentDetails(`画像を作成中 (${backend}, try ${tries[backend]})`);
    const startedMs = Date.now();
    try {
      return await (backend === 'modal' ? modalPictures : localPictures).drawPicture(input);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = classifyFailure(error);
      const decision = nextTry({ backend, failure, tries: tries[backend], tookMs: Date.now() - startedMs });
      if (decision.next === 'giveUp') throw error;
      if (decision.next === 'local') {
        staysLocal = true;
        log.warn('a picture leaves Modal', { actionId: input.actionId, kind: failure.kind, detail: failure.detail });
      } else if (decision.delayMs > 0) {
        await sleep(decision.delayMs);
      }
    }
  }
}
