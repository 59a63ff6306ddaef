import { setTimeout as sleep } from 'node:timers/promises';
import { startStack, type Stack } from '../support/stack.js';
import { emptyDiary, Player, probe, type Diary } from './actors.js';
import { isClean, judge, type Verdict } from './checker.js';
import { collectEvidence, type Evidence } from './evidence.js';
import { Monkey, type Kill, type Target } from './monkey.js';
import { Random } from './random.js';

export interface ChaosOptions {
  seed: string;
  /** Accepted messages to reach; what is under way then is carried to its end. */
  runs: number;
  users: number;
  minGapMs: number;
  maxGapMs: number;
  weights?: Readonly<Record<Target, number>>;
  onProgress?: (line: string) => void;
}

export interface ChaosReport { seed: string; verdict: Verdict; evidence: Evidence; kills: Kill[]; tookMs: number; logs: string }

/** The product as it is; only the model writes faster. */
const CHAOS_PROFILE = { DEMO_SECONDS: '1.5', LOG_LEVEL: 'info' };
/** A user of the long run leaves after so many turns and somebody new comes, so that no token grows too old. */
const TURNS_OF_A_LIFE = 12;
/** Rows, processes and folders come to rest within this after the last user left. */
const QUIET_MS = 60_000;
const PROBE_MS = 20_000;

/** Starts the real stack, lets users play while parts of it are killed, and judges what is left when all is quiet. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport & { stack: Stack }> {
  const startedAt = Date.now();
  const stack = await startStack({ env: CHAOS_PROFILE });
  try {
    const diary = emptyDiary();
    const { minGapMs, maxGapMs, weights } = options;
    const monkey = new Monkey(stack, { random: new Random(`${options.seed} monkey`), minGapMs, maxGapMs, ...(weights ? { weights } : {}) });
    await Promise.all(Array.from({ length: options.users }, (_, index) => livesOf(index, options, stack, diary)));
    await monkey.stop();
    options.onProgress?.('the users have left; waiting until all is quiet');
    const evidence = await untilQuiet(stack, diary, monkey.runners);
    await probeProjects(stack, diary);
    return { stack, seed: options.seed, verdict: judge(evidence), evidence, kills: monkey.kills, tookMs: Date.now() - startedAt, logs: stack.logs() };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** One place at the table: a user, and when he leaves the next one. */
async function livesOf(index: number, { seed, runs, users, onProgress }: ChaosOptions, stack: Stack, diary: Diary): Promise<void> {
  const share = Math.floor(runs / users) + (index < runs % users ? 1 : 0);
  for (let life = 0, made = 0; made < share; life += 1) {
    let turns = 0;
    const before = diary.runs.length;
    const own = (): number => diary.runs.slice(before).filter(({ place }) => place === index).length;
    const hasTurn = (): boolean => {
      turns += 1;
      onProgress?.(`user ${index}: ${made + own()} of ${share}; ${diary.runs.length} runs in all`);
      return made + own() < share && turns <= TURNS_OF_A_LIFE;
    };
    await new Player({ env: stack.env, baseUrl: stack.baseUrl, random: new Random(`${seed} user ${index}.${life}`), diary, place: index, hasTurn }).live();
    made += own();
  }
}

/** Looks until nothing is wrong any more, or the time is over: what is wrong then stays wrong. */
async function untilQuiet(stack: Stack, diary: Diary, runners: ReadonlySet<number>): Promise<Evidence> {
  for (const deadline = Date.now() + QUIET_MS; ; await sleep(1_000)) {
    const evidence = await collectEvidence(stack, diary, runners).catch((error: unknown) => {
      if (Date.now() > deadline) throw error;
      return null;
    });
    if (evidence && (isClean(judge(evidence)) || Date.now() > deadline)) return evidence;
  }
}

/** Every project answers a new message at once. */
async function probeProjects({ baseUrl }: Stack, diary: Diary): Promise<void> {
  const projects = new Map(diary.runs.map(({ userId, projectId }) => [projectId, userId]));
  for (const [projectId, userId] of projects) {
    const token = diary.accounts.get(userId) ?? '';
    if (!(await probe({ baseUrl, token, projectId, timeoutMs: PROBE_MS }))) diary.complaints.push({ projectId, doing: 'a new message after the chaos' });
  }
}
