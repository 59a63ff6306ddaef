import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoServer } from '../../dev/demo-model/server.js';
import { startServerStack } from '../support/server-stack.js';
import { startHostStack } from '../support/hosts.js';
import { startStack, type Stack, type StackOptions } from '../support/stack.js';
import { signIn } from '../support/users.js';
import { emptyDiary, Player, probe, type Diary } from './actors.js';
import { isClean, judge, type Verdict } from './checker.js';
import { Backups } from './backups.js';
import { collectEvidence, type Evidence } from './evidence.js';
import { Monkey, weightsOf, type Kill } from './monkey.js';
import { addPlays, playedEnv } from './played.js';
import { Random } from './random.js';
import type { Known } from './restores.js';
import { collectServed } from './served.js';
import { Sharing } from './sharing.js';
import { Troubles } from './troubles.js';

export interface ChaosOptions {
  seed: string;
  /** Accepted messages to reach; what is under way then is carried to its end. */
  runs: number;
  users: number;
  minGapMs: number;
  maxGapMs: number;
  /** Runs go through the stand-in for Modal, which is killed as well. */
  modalEmulator?: boolean;
  /** Games are played before they are handed over, and most are broken when they are made. */
  faulty?: boolean;
  /** Games are played, and the model plays each one before it ends. */
  tools?: boolean;
  /** On Temporal's server with PostgreSQL, which is killed more often than a dev server. */
  temporalServer?: boolean;
  /** Three APIs and four workers on hosts of their own, which are lost with their disks. */
  hosts?: boolean;
  /** Backs up again and again; so many moments of it are restored afterwards. */
  restores?: number;
  onProgress?: (line: string) => void;
}

export interface ChaosReport {
  seed: string;
  options: Omit<ChaosOptions, 'onProgress'>;
  verdict: Verdict;
  evidence: Evidence;
  kills: Kill[];
  /** What models were answered by their tool, by the first words. */
  plays: string[];
  tookMs: number;
  logs: string;
}

/** A run, its stack, and what is to be restored. */
export interface ChaosRun extends ChaosReport {
  readonly stack: Stack;
  readonly known: Known | null;
}

/** The product as it is; only the model writes faster. */
const MODEL_SECONDS = 1.5;
/** Videos so small that one can be made between two troubles, on a machine that is never idle. */
const CHAOS_PROFILE = {
  DEMO_SECONDS: String(MODEL_SECONDS),
  VIDEO_SECONDS: '0.5',
  VIDEO_SCALE: '0.25',
  LOG_LEVEL: 'info',
};
/** Each game is played once, on whichever host; this machine has two cores. */
const HOSTS_PROFILE = {
  ...{ PLAY_GAMES: 'true', PLAY_LIVES: '0', MAX_RUNNING_JOBS: '1', MAX_RUNNING_PLAYS: '1' },
};
const HOSTS = { api: 3, worker: 4 } as const;
/**
 * A user of the long run leaves after so many turns and somebody new comes, so that no token grows
 * too old.
 */
const TURNS_OF_A_LIFE = 12;
/** Rows, processes and folders come to rest within this after the last user left. */
/** Searches of what was made last go on as house work, and runners that wait end by themselves. */
const QUIET_MS = 180_000;
const TELL_MS = 10_000;
const PROBE_MS = 20_000;
const PROBES_AT_ONCE = 3;

/**
 * Starts the real stack, lets users play while parts of it are killed, and judges what is left when
 * all is quiet.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosRun> {
  const startedAt = Date.now();
  const { onProgress = () => undefined, ...decisions } = options;
  const plays = new Map<string, string>();
  const model =
    options.faulty || options.tools
      ? await startDemoServer({ seconds: MODEL_SECONDS, onRequest: addPlays(plays) })
      : null;
  const start = options.hosts ? startHosts : options.temporalServer ? startServerStack : startStack;
  const stack = await start({
    env: {
      ...CHAOS_PROFILE,
      ...(options.hosts && HOSTS_PROFILE),
      ...(model && playedEnv(model, options)),
    },
    modalEmulator: options.modalEmulator ?? false,
  });
  let troubles: Troubles | null = null;
  try {
    troubles = await Troubles.prepare(stack);
    const diary = emptyDiary();
    const { minGapMs, maxGapMs } = options;
    const monkey = new Monkey(stack, {
      random: new Random(`${options.seed} monkey`),
      minGapMs,
      maxGapMs,
      weights: weightsOf(options),
      troubles,
    });
    const sharing =
      options.hosts || options.restores
        ? new Sharing(stack, diary, new Random(`${options.seed} sharing`))
        : null;
    const backups = options.restores ? await Backups.start(stack) : null;
    const telling = setInterval(
      () =>
        onProgress(
          progressOf(diary.runs.length, options.runs, monkey.kills.length, Date.now() - startedAt),
        ),
      TELL_MS,
    );
    await Promise.all(
      Array.from({ length: options.users }, (_, index) =>
        livesOf(index, options, { stack, diary, monkey }),
      ),
    ).finally(() => clearInterval(telling));
    await monkey.stop();
    await sharing?.stop();
    await troubles.goBack();
    onProgress('the users have left; waiting until all is quiet');
    const evidence = await untilQuiet(stack, diary, monkey);
    onProgress('all is quiet; a new message to every project');
    await probeProjects(stack, diary);
    Object.assign(evidence, await collectServed(stack, diary, sharing));
    await backups?.stop();
    return {
      stack,
      known: backups && { backups, uploads: sharing?.uploads ?? [] },
      seed: options.seed,
      options: decisions,
      verdict: judge(evidence),
      evidence,
      kills: monkey.kills,
      plays: [...plays.values()],
      tookMs: Date.now() - startedAt,
      logs: stack.logs(),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  } finally {
    await troubles?.remove();
    await model?.close();
  }
}

const startHosts = (options: StackOptions): Promise<Stack> =>
  startHostStack({ ...options, count: HOSTS });

function progressOf(made: number, wanted: number, kills: number, tookMs: number): string {
  const leftMin =
    made === 0 ? '?' : Math.ceil(((tookMs / made) * Math.max(0, wanted - made)) / 60_000);
  return (
    `${Math.round(tookMs / 1000)} s: ${made} of ${wanted} runs, ${kills} kills, about ` +
    `${leftMin} min left`
  );
}

/** One place at the table: a user, and when he leaves the next one. */
async function livesOf(
  index: number,
  { seed, runs, users, faulty = false, tools = false, hosts = false }: ChaosOptions,
  { stack, diary, monkey }: { stack: Stack; diary: Diary; monkey: Monkey },
): Promise<void> {
  const share = Math.floor(runs / users) + (index < runs % users ? 1 : 0);
  for (let life = 0, made = 0; made < share; life += 1) {
    let turns = 0;
    const before = diary.runs.length;
    const own = (): number =>
      diary.runs.slice(before).filter(({ place }) => place === index).length;
    const hasTurn = (): boolean => {
      turns += 1;
      return made + own() < share && turns <= TURNS_OF_A_LIFE;
    };
    const player = new Player({
      env: stack.env,
      baseUrl: stack.baseUrl,
      random: new Random(`${seed} user ${index}.${life}`),
      diary,
      place: index,
      hasTurn,
      lastTroubleMs: () => monkey.lastMs,
      isFaulty: faulty,
      isPlayed: faulty || tools || hosts,
    });
    // Whoever cannot play at all is a finding, not the end of the game for the others.
    await player.live().catch((error: unknown) =>
      diary.complaints.push({
        projectId: null,
        doing: 'playing',
        answers: String(error).slice(0, 200),
        atMs: Date.now(),
      }),
    );
    if (own() === 0) return;
    made += own();
  }
}

/** Looks until nothing is wrong any more, or the time is over: what is wrong then stays wrong. */
async function untilQuiet(stack: Stack, diary: Diary, { runs, kills }: Monkey): Promise<Evidence> {
  const terminated = kills.flatMap(({ target, victim }) =>
    target === 'terminated' && victim !== null ? [victim] : [],
  );
  for (const deadline = Date.now() + QUIET_MS; ; await sleep(1_000)) {
    const evidence = await collectEvidence(stack, diary, { runs, terminated }).catch(
      (error: unknown) => {
        if (Date.now() > deadline) throw error;
        return null;
      },
    );
    if (evidence && (isClean(judge(evidence)) || Date.now() > deadline)) return evidence;
  }
}

/**
 * Every project answers a new message at once. A user has one running job, so his projects are
 * asked one after the other.
 */
async function probeProjects({ baseUrl, env }: Stack, diary: Diary): Promise<void> {
  const users = [...diary.accounts];
  const lane = async (): Promise<void> => {
    for (let next = users.pop(); next; next = users.pop()) {
      const [userId, account] = next;
      // The token of his day may be too old by now.
      const token = await signIn(env, account);
      for (const projectId of new Set(
        diary.runs
          .filter((run) => run.userId === userId && !diary.deleted.has(run.projectId))
          .map((run) => run.projectId),
      )) {
        if (!(await probe({ baseUrl, token, projectId, timeoutMs: PROBE_MS })))
          diary.complaints.push({
            projectId,
            doing: 'a new message after the chaos',
            answers: 'no end within the bound',
            atMs: Date.now(),
          });
      }
    }
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, lane));
}
