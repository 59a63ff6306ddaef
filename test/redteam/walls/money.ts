import { eventually, game } from '../../contract/runner/bench.js';
import { startFakeMessages, type FakeMessages } from '../../fakes/messages-api.js';
import { errorText } from '../../../src/contracts/messages/message.js';
import type { Player } from '../../support/checker.js';
import { moneyOf } from '../../support/money.js';
import { patient } from '../../support/patience.js';
import { GAME, newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import type { Tally, Wall } from '../wall.js';

/** US dollars: what a user may lose the house on one day, and what one job may cost. */
const CAP_USD = 0.06;
const PURSE_USD = 0.25;
/** More starts than a cap leaves through. */
const STARTS = 20;

/** What the model does next; a stack has one model. */
type Mood = 'slow' | 'throws' | 'overloaded';

const PAGES: Readonly<Record<Exclude<Mood, 'overloaded'>, string>> = {
  slow: game('slow').repeat(20),
  throws: game('throws').replace('<script>', "<script>throw new Error('on purpose');"),
};

/** M1, M2, M3: users who cost money and pay none of it, and a model that is overloaded. */
export const money: Wall = {
  name: 'money: starts and cancels, games that throw on purpose, an overloaded model',
  async attack(_target, tally, isSmall) {
    let mood: Mood = 'slow';
    const model = await startModel(() => mood);
    const stack = await startStack({
      env: {
        ANTHROPIC_API_KEY: 'a-key-for-tests',
        ANTHROPIC_BASE_URL: model.url,
        USER_DAILY_LOSS_USD: String(CAP_USD),
        CLAUDE_MAX_BUDGET_USD: String(PURSE_USD),
        PLAY_GAMES: String(!isSmall),
      },
    });
    try {
      await startsAndCancels(stack, tally);
      mood = 'overloaded';
      await overload(stack, tally, isSmall ? 1 : 3);
      mood = 'throws';
      if (!isSmall) await throwingGames(stack, tally);
    } finally {
      await stack.stop();
      await model.close();
    }
  },
};

function startModel(mood: () => Mood): Promise<FakeMessages> {
  return startFakeMessages(({ body }) => {
    const now = mood();
    if (now === 'overloaded') return { status: 529 };
    if (!Array.isArray(body['tools']) || body['tools'].length === 0) return { say: 'no JSON' };
    if (JSON.stringify(body['messages']).includes('tool_result')) return { say: 'できました。' };
    const use = [{ name: 'Write', input: { file_path: 'index.html', content: PAGES[now] } }];
    return { use, ...(now === 'slow' && { pauseMsPerPiece: 50 }) };
  });
}

async function startsAndCancels(stack: Stack, tally: Tally): Promise<void> {
  const [abuser, honest] = [await newPlayer(stack), await newPlayer(stack)];
  const account = moneyOf(stack, abuser.user.id);
  const ends: unknown[] = [];
  await tally.try('a cancelled run counts with what it has cost, at once', async () => {
    const { jobId, row } = await startAndCancel(stack, abuser);
    ends.push(jobId);
    return row?.is_cost_known && row.usd < PURSE_USD / 2 ? true : JSON.stringify(row);
  });
  await tally.try('starts and cancels end at the cap and one purse', async () => {
    for (let times = 1; times < STARTS; times += 1) {
      const { end } = await startAndCancel(stack, abuser);
      if (end['type'] === 'failed') return told(end['error']);
    }
    return `${STARTS} starts were let through: ${JSON.stringify(await account.all())}`;
  });
  await tally.try('what the house lost', () => withinCap(stack, abuser));
  await tally.try('a question is refused as well: it could be stopped, too', async () => {
    const from = abuser.listener.frames.length;
    abuser.listener.say('どんなゲームですか？');
    return told((await abuser.listener.untilEnd(from))['error']);
  });
  await tally.try('another user is not refused', async () => {
    const { end } = await startAndCancel(stack, honest);
    return end['type'] === 'cancelled' ? true : JSON.stringify(end);
  });
  for (const { listener } of [abuser, honest]) listener.close();
}

const told = (error: unknown): true | string =>
  error === errorText('LOSS_LIMIT_EXCEEDED') ? true : String(error);

interface Tried {
  readonly jobId: string;
  readonly end: Readonly<Record<string, unknown>>;
  /** Of the attempt, at the moment of the end. */
  readonly row: { usd: number; is_cost_known: boolean } | undefined;
}

/** Stops a job as soon as its first attempt has reported a cost, or when it is refused. */
async function startAndCancel(stack: Stack, player: Player): Promise<Tried> {
  const { listener, user } = player;
  const from = listener.frames.length;
  const jobId = await say(player);
  const isOver = ({ type }: { type: string }): boolean => type === 'failed';
  const begun = await listener.until(
    (frame) => isOver(frame) || (frame.type === 'stream' && (frame.seq ?? 0) > 8),
    from,
  );
  const { all } = moneyOf(stack, user.id);
  const attempt = async () =>
    (await all()).find(({ job_id, kind }) => job_id === jobId && kind === 'model');
  // A refusal may come after the first events of a job.
  const refused = () => listener.frames.slice(from).find(isOver);
  if (!isOver(begun))
    await eventually(
      async () => refused() ?? ((await attempt())?.told_usd ?? 0) > 0,
      patient(10_000),
    );
  const end = refused();
  if (end) return { jobId, end, row: await attempt() };
  listener.send({ type: 'cancel', jobId });
  return { jobId, end: await listener.untilEnd(from), row: await attempt() };
}

async function withinCap(stack: Stack, { user }: Player): Promise<true | string> {
  const rows = await moneyOf(stack, user.id).all();
  const usd = rows.reduce((sum, row) => sum + row.usd, 0);
  return usd <= CAP_USD + PURSE_USD ? true : `${usd} USD: ${JSON.stringify(rows)}`;
}

/** Jobs of honest users while the model answers 529: nothing is spent, and nobody is refused. */
async function overload(stack: Stack, tally: Tally, jobs: number): Promise<void> {
  const player = await newPlayer(stack);
  for (let times = 0; times < jobs; times += 1)
    await tally.try('a job in an overload fails, and costs nothing', async () => {
      const from = player.listener.frames.length;
      const jobId = await say(player);
      const end = await player.listener.untilEnd(from);
      if (end['error'] !== errorText('ModelOverloaded')) return JSON.stringify(end);
      const rows = await moneyOf(stack, player.user.id).all();
      const own = rows.filter(({ job_id, kind }) => job_id === jobId && kind === 'model');
      const isFree = own.length > 0 && rows.every(({ usd }) => usd === 0);
      return isFree ? true : JSON.stringify(rows);
    });
  player.listener.close();
}

/** Each job is played, repaired in vain, and fails as broken: the house pays all of it. */
async function throwingGames(stack: Stack, tally: Tally): Promise<void> {
  const abuser = await newPlayer(stack);
  await tally.try('games that throw on purpose end at the cap and one purse', async () => {
    for (let times = 0; times < STARTS; times += 1) {
      const from = abuser.listener.frames.length;
      await say(abuser, GAME);
      const { error } = await abuser.listener.untilEnd(from);
      if (error !== errorText('GameBroken')) return told(error);
    }
    return `${STARTS} games were let through`;
  });
  await tally.try('what the house lost for games that throw', () => withinCap(stack, abuser));
  await tally.try('he has paid none of them (J3)', async () => {
    const rows = await moneyOf(stack, abuser.user.id).all();
    const paid = rows.filter(({ state, payer }) => state === 'settled' && payer === 'user');
    return paid.length === 0 ? true : JSON.stringify(paid);
  });
  abuser.listener.close();
}
