import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { exists } from '../disk/absent.js';
import { readMarker } from '../disk/data-marker.js';
import { asideFolder } from './aside.js';
import { moveRest, type MoveDeps } from './move.js';
import { sweepAside } from './sweep-aside.js';

const LEASE_MS = 60_000;
/** Between two looks while something cannot be moved, or another worker moves it. */
const PAUSE_MS = 60_000;
/** Between two looks for what is gone, while the old folders are kept. */
const SWEEP_MS = 60 * 60_000;

/**
 * Moves the rest of the older layout beside the work of a worker, and keeps nothing of it aside
 * that is removed elsewhere; one worker at a time.
 */
export function startMove(deps: MoveDeps): { stop(): void } {
  const stopping = new AbortController();
  void keepMoving(deps, stopping.signal);
  return { stop: () => stopping.abort() };
}

async function keepMoving(deps: MoveDeps, signal: AbortSignal): Promise<void> {
  const { dataDir, store, log } = deps;
  const holder = randomUUID();
  let leasedMs = 0;
  const lease = async (): Promise<boolean> => {
    leasedMs = performance.now();
    return store.leases.take('move', holder, LEASE_MS);
  };
  const onStep = async (): Promise<void> => {
    if (performance.now() - leasedMs > LEASE_MS / 3) await lease();
  };
  while (!signal.aborted && (await exists(asideFolder(dataDir)))) {
    try {
      if (await lease()) {
        if (await isMoving(dataDir)) await moveRest(deps, { signal, onStep });
        await sweepAside({ dataDir, store, log });
      }
    } catch (error) {
      log.warn({ err: error }, 'the move of old data was interrupted; it goes on later');
    }
    const pauseMs = (await isMoving(dataDir)) ? PAUSE_MS : SWEEP_MS;
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function isMoving(dataDir: string): Promise<boolean> {
  return (await readMarker(dataDir).catch(() => null))?.move === 'versions';
}
