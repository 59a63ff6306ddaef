import { randomUUID } from 'node:crypto';
import { ROLL_LEASE } from '../../contracts/durable/rolls.js';
import type { Store } from '../../store/index.js';
import { operatorHere } from '../options.js';

const LEASE_MS = 20_000;

interface HeldRoll {
  /** Aborts with a sentence once another roll may go on: this one then moves nothing more. */
  readonly lost: AbortSignal;
  readonly end: () => Promise<void>;
}

/** One roll at a time; while it lives, the watch knows who moves the builds. */
export async function holdRoll(leases: Store['leases'], leaseMs = LEASE_MS): Promise<HeldRoll> {
  const holder = `${operatorHere()}/${randomUUID()}`;
  if (!(await leases.take(ROLL_LEASE, holder, leaseMs)))
    throw new Error('Another roll goes on: wait for its end, or for 20 s if it was killed.');
  const lost = new AbortController();
  const timer = setInterval(() => {
    leases.take(ROLL_LEASE, holder, leaseMs).then(
      (isOurs) => {
        if (!isOurs) lost.abort(new Error('Another roll has begun: this one moves nothing more.'));
      },
      () => undefined,
    );
  }, leaseMs / 4);
  return {
    lost: lost.signal,
    end: async () => {
      clearInterval(timer);
      await leases.take(ROLL_LEASE, holder, 0);
    },
  };
}
