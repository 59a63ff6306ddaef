import { MOMENT_MS } from '../../contracts/game/tape.js';
import { phaseKind } from '../../domain/playing/playing-state.js';
import { bestOf } from '../../domain/playing/progress.js';
import type { Chance } from '../../game-page/chance.js';
import { Leanings, LifeRun, type Known, type Life, type LifePlan } from './life.js';
import { isSpoiled } from './pages.js';
import type { PlayedPage } from './played-page.js';
import type { PolicyName } from './policies.js';

export interface SearchPlan {
  /** The first life begins the game and then waits, at most for so long; 0 = none does. */
  readonly waitMs: number;
  /** One after the other; in each the game is played for so long. */
  readonly livesMs: readonly number[];
  /** The last one goes on for as long as it gains, until then. */
  readonly longMs: number;
  /** How often that one goes back from its end. */
  readonly tries: number;
  readonly chance: Chance;
  readonly known: readonly Known[];
}

/** A life that goes back from its end: until when at least, how far, and what lasts longer. */
const LONG = { ms: 40_000, backMs: 3_000, lastsMs: 1_500 } as const;

/**
 * Lives of a game on one page, one after the other (P3): what is tried next follows from what was
 * reached before and from chance, so that equal games have equal lives. A life that freezes is the
 * last one.
 */
export async function searchOn(
  page: PlayedPage,
  { waitMs, livesMs, longMs, tries, chance, known }: SearchPlan,
): Promise<{ lives: Life[]; stopped: string | null }> {
  const leanings = new Leanings(chance);
  const newLife = (): LifeRun => new LifeRun(page, chance, leanings);
  const lives: Life[] = [];
  if (waitMs > 0) lives.push(await newLife().wait(waitMs));
  const waited = lives.length;
  for (const [at, forMs] of livesMs.entries()) {
    if (isFrozen(lives.at(-1))) break;
    // Every other life goes on otherwise from a moment of the best one.
    const [best] = bestOf([...known, ...lives.slice(waited)], 1);
    const from = at % 2 === 1 && best ? cutOf(best, 0.4 + 0.5 * chance()) : null;
    const isLong = longMs > 0 && at === livesMs.length - 1;
    const plan = { forMs, mostMs: longMs, from, isEndSeen: lives.some(isEnding) };
    const how = { leanings, chance, tries };
    lives.push(...(isLong ? await longLives(newLife, plan, how) : [await newLife().play(plan)]));
  }
  return { lives, stopped: lives.at(-1)?.facts.stopped ?? null };
}

const isFrozen = (life: Life | undefined): boolean => isSpoiled(life?.facts);

/**
 * A life that goes back when it comes to an end, and on by another policy from there: what comes
 * late in a game is seen by those that last.
 */
async function longLives(
  newLife: () => LifeRun,
  plan: LifePlan,
  { leanings, chance, tries }: Pick<SearchPlan, 'chance' | 'tries'> & { leanings: Leanings },
): Promise<Life[]> {
  const playFrom = playUntilEnd(newLife, plan);
  const policies = leanings.shuffled();
  const life = await playFrom(plan.from);
  return [life, ...(await outlast(playFrom, life, { policies, chance, tries }))];
}

type PlayFrom = (from: LifePlan['from'], only?: PolicyName) => Promise<Life>;

/** Until the first end of the game. */
function playUntilEnd(newLife: () => LifeRun, plan: Omit<LifePlan, 'forMs' | 'from'>): PlayFrom {
  return (from, only) => {
    const forMs = LONG.ms - (from?.forMs ?? 0);
    return newLife().play({ ...plan, forMs, from, only, isOnce: true });
  };
}

/** Goes back from the end of a life, or of a longer one, by one policy after the other. */
async function outlast(
  playFrom: PlayFrom,
  life: Life,
  { policies, chance, tries }: Pick<SearchPlan, 'chance' | 'tries'> & { policies: PolicyName[] },
): Promise<Life[]> {
  const lives: Life[] = [];
  let left = tries;
  let [longest, backMs]: [Life, number] = [life, LONG.backMs];
  for (let only = policies.pop(); only !== undefined && left > 0 && isAtEnd(longest); left -= 1) {
    const life = await playFrom(cutOf(longest, 1, backMs * (0.5 + chance())), only);
    lives.push(life);
    if (life.facts.stopped !== null) break;
    const moreMs = endMs(life) - endMs(longest);
    const isLonger = moreMs > LONG.lastsMs;
    if (!isLonger) only = policies.pop();
    backMs = isLonger ? LONG.backMs : backMs + LONG.backMs / 2;
    if (moreMs > 0) longest = life;
  }
  return lives;
}

/** Goes back from the end of a life that another page has played. */
export async function outlastOn(
  page: PlayedPage,
  life: Life,
  { longMs, tries, chance }: Pick<SearchPlan, 'longMs' | 'tries' | 'chance'>,
): Promise<Life[]> {
  const leanings = new Leanings(chance);
  const newLife = (): LifeRun => new LifeRun(page, chance, leanings);
  const playFrom = playUntilEnd(newLife, { mostMs: longMs, isEndSeen: true });
  return outlast(playFrom, life, { policies: leanings.shuffled(), chance, tries });
}

const isEnding = ({ facts: { phases } }: Life): boolean =>
  phases.some(([, phase]) => phaseKind(phase) === 'ended');

/** Whether it went on until an end of the game. */
export const isAtEnd = (life: Life): boolean => life.facts.stopped === null && isEnding(life);

function endMs({ facts: { phases }, forMs }: Known): number {
  const end = phases.find(([, phase]) => phaseKind(phase) === 'ended');
  return end ? end[0] * MOMENT_MS : forMs;
}

/**
 * The beginning of a life, up to a moment at which no finger is down: by its share of the time
 * until its end, `beforeMs` earlier; null = nothing of it was done by then.
 */
function cutOf(life: Known, share: number, beforeMs = 0): LifePlan['from'] {
  const cutMs = endMs(life) * share - beforeMs;
  let down = 0;
  let cut = 0;
  for (const [at, input] of life.inputs.entries()) {
    if (input.atMs > cutMs) break;
    down += input.type === 'down' ? 1 : input.type === 'up' ? -1 : 0;
    if (down === 0) cut = at + 1;
  }
  if (cut === 0) return null;
  const inputs = life.inputs.slice(0, cut);
  const lastMs = inputs.at(-1)?.atMs ?? 0;
  return { inputs, forMs: MOMENT_MS * Math.ceil((lastMs + 1) / MOMENT_MS) };
}
