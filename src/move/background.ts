import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMarker } from '../disk/data-marker.js';
import { moveRest, type MoveDeps } from './move.js';

const LEASE_MS = 60_000;
/** Between two looks while something cannot be moved, or another worker moves it. */
const PAUSE_MS = 60_000;

/** Moves the rest of the older layout beside the work of a worker; one worker at a time. */
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
  while (!signal.aborted) {
    try {
      if ((await readMarker(dataDir))?.move !== 'versions') return;
      if (await lease()) await moveRest(deps, { signal, onStep });
    } catch (error) {
      log.warn({ err: error }, 'the move of old data was interrupted; it goes on in a minute');
    }
    if ((await readMarker(dataDir).catch(() => null))?.move === undefined) return;
    await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
