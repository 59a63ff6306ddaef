import { createHash } from 'node:crypto';
import os from 'node:os';

/** What {@link measureSlowness} takes on the machine that the time limits were chosen on. */
const REFERENCE_MS = 75;
const ROUNDS = 120;
/** Three times slower than that one, beside four programs that never rest. */
const MAX_FACTOR = 12;

/** Name of the environment variable that says how many steps of `npm test` run side by side. */
export const CROWD = 'TEST_CROWD';

/**
 * How much slower this machine works now than the one that the time limits were chosen on; 1 to 12.
 * Measured once for a run, where vitest is configured; test processes inherit it.
 */
function slowness(): number {
  const known = Number(process.env['TEST_SLOWNESS']);
  return known >= 1 ? known : 1;
}

/** Measures and remembers it for this process and those that it starts. */
export function measureSlowness(): number {
  process.env['TEST_SLOWNESS'] ??= String(
    Math.min(
      MAX_FACTOR,
      Math.round(Math.max(1, measureMs() / REFERENCE_MS) * crowding() * 10) / 10,
    ),
  );
  return slowness();
}

/**
 * A time limit, scaled to this machine. For waiting until something is there: never for a limit
 * that is itself the promise.
 */
export function patient(limitMs: number): number {
  return Math.round(limitMs * slowness());
}

/** How many want a core at a time: of late, or as soon as all of them are there. */
function crowding(): number {
  const [ofLate = 0] = os.loadavg();
  const wanting = Math.max(ofLate, Number(process.env[CROWD] ?? 0));
  return Math.max(1, wanting / os.availableParallelism());
}

function measureMs(): number {
  const startedAt = performance.now();
  const block = Buffer.alloc(256 * 1024, 'dreamcore');
  for (let round = 0; round < ROUNDS; round += 1) createHash('md5').update(block).digest();
  return performance.now() - startedAt;
}
