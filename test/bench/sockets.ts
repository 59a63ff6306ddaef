import { createUser } from '../support/users.js';
import { inParallel, type Measurement, type Row } from './measurement.js';
import { Player } from './player.js';
import { costOf } from './process-cost.js';
import { percentile } from './statistics.js';

const PINGS = 500;
/** As many as one user may have, with all of them from one address (MAX_SOCKETS_PER_USER). */
const SOCKETS_OF_USER = 40;

/**
 * (e) Signed-in sockets that do nothing: what they hold in the API, and how fast it still answers.
 */
export const sockets: Measurement = {
  name: 'sockets',
  title: 'Idle sockets',
  pace: 'unpaced',
  async run({ stack, quick }) {
    const [fewest, most] = quick ? [200, 1_000] : [1_000, 5_000];
    const tokens = await inParallel(most / SOCKETS_OF_USER, 4, async () => {
      const { accessToken } = await createUser(stack.env, 'bench');
      return accessToken;
    });
    const pid = await stack.pidOf('api');
    const players: Player[] = [];
    const rows: Row[] = [];
    const emptyMb = (await costOf(pid)).memoryMb;
    for (const count of [fewest, most]) {
      players.push(
        ...(await inParallel(count - players.length, 20, (index) =>
          Player.connect(stack.baseUrl, tokens[index % tokens.length]!),
        )),
      );
      const perSocketKb = (((await costOf(pid)).memoryMb - emptyMb) * 1024) / count;
      const pongsMs = await inParallel(PINGS, 4, async (index) => {
        const player = players[(index * 7_919) % players.length]!;
        const startedMs = performance.now();
        return (await player.ask({ type: 'ping' }, 'pong')).atMs - startedMs;
      });
      rows.push(
        {
          what: `${count} sockets: memory of the API per socket`,
          value: perSocketKb,
          unit: 'KB',
          note: 'as the kernel sees it, with what the garbage collector has not given back',
        },
        {
          what: `${count} sockets: ping → pong p99`,
          value: percentile(pongsMs, 99),
          unit: 'ms',
          note: `p50 ${percentile(pongsMs, 50).toFixed(1)} ms`,
        },
      );
    }
    for (const player of players) player.close();
    return rows;
  },
};
