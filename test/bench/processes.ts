import { setTimeout as sleep } from 'node:timers/promises';
import type { StackPart } from '../support/stack.js';
import { inParallel, type Bench, type Measurement, type Row } from './measurement.js';
import { openSession, tap } from './player.js';
import { costOf, type Cost } from './process-cost.js';

const PARTS: readonly StackPart[] = ['api', 'worker', 'temporal', 'supabase', 'postgres', 'demo'];
const USERS = 10;

/** (g) What each process holds and uses, when nothing happens and with ten jobs at once. */
export const processes: Measurement = {
  name: 'processes',
  title: 'Memory and CPU of each process',
  pace: 'paced',
  async run(bench) {
    const sessions = await inParallel(USERS, 5, () => openSession(bench));
    await sleep(2_000);
    const idle = await over(bench, () => sleep(bench.quick ? 5_000 : 20_000));
    const busy = await over(bench, async () => {
      const taps = sessions.map(({ player }) => tap(player));
      const running = Promise.all(taps);
      await Promise.race([
        running,
        Promise.all(sessions.map(({ player }) => player.next('stream'))),
      ]);
      // Everybody sees text: memory is looked at now, CPU at the end.
      const held = await costs(bench);
      await running;
      return held;
    });
    for (const { player } of sessions) player.close();
    return [
      ...rows('idle', idle.spent, idle.after),
      ...rows(`${USERS} jobs`, busy.spent, busy.result),
    ];
  },
};

type Costs = Record<string, Cost>;

async function costs({ stack }: Bench): Promise<Costs> {
  return Object.fromEntries(
    await Promise.all(
      PARTS.map(async (part) => [part, await costOf(await stack.pidOf(part))] as const),
    ),
  );
}

/** CPU per part while `work` goes on, as a share of one core. */
async function over<T>(
  bench: Bench,
  work: () => Promise<T>,
): Promise<{ spent: Record<string, number>; after: Costs; result: T }> {
  const [before, startedMs] = [await costs(bench), performance.now()];
  const result = await work();
  const [after, tookMs] = [await costs(bench), performance.now() - startedMs];
  const spent = Object.fromEntries(
    PARTS.map((part) => [
      part,
      (((after[part]?.cpuMs ?? 0) - (before[part]?.cpuMs ?? 0)) / tookMs) * 100,
    ]),
  );
  return { spent, after, result };
}

function rows(when: string, spent: Record<string, number>, held: Costs): Row[] {
  return PARTS.flatMap((part): Row[] => [
    {
      what: `${part}, ${when}: memory`,
      value: held[part]?.memoryMb ?? NaN,
      unit: 'MB',
      ...(part === 'worker' && when !== 'idle'
        ? { note: 'with the runners and model programs below it' }
        : {}),
    },
    { what: `${part}, ${when}: CPU`, value: spent[part] ?? NaN, unit: '%', note: 'of one core' },
  ]);
}
