import type { Bench, Measurement, Row } from './measurement.js';
import { Player, openSession, tap, type Session } from './player.js';
import { percentile } from './statistics.js';
import { SyntheticJob } from './synthetic-job.js';

/**
 * (d) What a player waits for without a model: an old version, the new game's page, the text missed
 * while away.
 */
export const reads: Measurement = {
  name: 'reads',
  title: 'Restore, preview after a commit, catching up after a reconnect',
  pace: 'unpaced',
  async run(bench) {
    const rounds = bench.quick ? 5 : 20;
    const previews: number[] = [];
    const session = await openSession(bench);
    for (const content of ['2Dのシューティングゲームを作って', '敵を青にして', '敵を赤にして']) {
      await tap(session.player, content);
      previews.push(await preview(bench, session));
    }
    const restores = await restoreBackAndForth(session, rounds, async () => {
      previews.push(await preview(bench, session));
    });
    const catchUps = await catchUp(bench, rounds);
    session.player.close();
    return [
      row('restore', restores, 500),
      row('page of the game right after a commit', previews, 200),
      row('reconnect → the last of 1,000 missed events', catchUps, 500),
    ];
  },
};

const row = (what: string, valuesMs: readonly number[], atMost: number): Row => ({
  what: `${what}, p95`,
  value: percentile(valuesMs, 95),
  unit: 'ms',
  target: { atMost },
  note: `p50 ${Math.round(percentile(valuesMs, 50))} ms of ${valuesMs.length}`,
});

/** The page that a player's frame loads, from request to last byte. */
async function preview({ stack }: Bench, { user, projectId }: Session): Promise<number> {
  const startedMs = performance.now();
  const response = await fetch(`${stack.baseUrl}/game/${user.id}/${projectId}/index.html`, {
    headers: { authorization: `Bearer ${user.accessToken}` },
  });
  const html = await response.text();
  if (response.status !== 200 || !html.includes('<script'))
    throw new Error(`the game answered ${response.status}`);
  return performance.now() - startedMs;
}

/** Restores the oldest and the newest version in turn. */
export async function restoreBackAndForth(
  { player, projectId }: Pick<Session, 'player' | 'projectId'>,
  rounds: number,
  afterEach = async (): Promise<void> => undefined,
): Promise<number[]> {
  const { versions } = (await player.ask(
    { type: 'getVersions', projectId },
    'versionsList',
  )) as unknown as { versions: { id: string }[] };
  const [newest, oldest] = [versions[0], versions.at(-1)];
  if (!newest || !oldest) throw new Error('there are no versions to restore');
  const valuesMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    const answer = player.nextThat(
      ({ type }) => type === 'versionRestored' || type === 'error',
      'answer to a restore',
      60_000,
    );
    player.send({
      type: 'restoreVersion',
      projectId,
      versionId: (round % 2 === 0 ? oldest : newest).id,
    });
    const frame = await answer;
    if (frame.type === 'error') throw new Error(`a restore was refused: ${JSON.stringify(frame)}`);
    valuesMs.push(frame.atMs - startedMs);
    await afterEach();
  }
  return valuesMs;
}

const MISSED_EVENTS = 1_000;
const PER_POST = 250;

/**
 * The socket is gone while events come; a new one says where the old one was. Counted from
 * connecting to the last event missed.
 */
async function catchUp(bench: Bench, rounds: number): Promise<number[]> {
  const job = await SyntheticJob.start(bench);
  const { user, projectId, player } = job.session;
  player.close();
  const valuesMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const since = { jobId: job.id, attempt: 1, seq: job.sender.seq };
    for (let sent = 0; sent < MISSED_EVENTS; sent += PER_POST) {
      await job.sender.post(
        Array.from({ length: PER_POST }, () => ({ type: 'stream' as const, content: 'missed ' })),
        sent + PER_POST >= MISSED_EVENTS,
      );
    }
    const startedMs = performance.now();
    const back = await Player.connect(bench.stack.baseUrl, user.accessToken);
    const last = back.nextThat(({ seq }) => seq === job.sender.seq, 'last event', 60_000);
    back.send({ type: 'selectProject', projectId, since });
    valuesMs.push((await last).atMs - startedMs);
    back.close();
  }
  await job.end(bench);
  return valuesMs;
}
