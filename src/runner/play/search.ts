import { MOMENT_MS, type Tape, type TapeInput } from '../../contracts/game/tape.js';
import { messageOf } from '../../domain/playing/harmless.js';
import { isTitle, phaseKind } from '../../domain/playing/playing-state.js';
import { bestOf, gainOf } from '../../domain/playing/progress.js';
import { FactsRecord } from '../../domain/playing/tape-facts.js';
import type { Chance } from '../../game-page/chance.js';
import { GameStopped } from '../box-watch.js';
import { LOADED_MS, MIDDLE } from './gestures.js';
import type { PlayedPage } from './played-page.js';
import { pick, POLICIES, tap, type Named, type PolicyName } from './policies.js';

/** What is known of a life from which another one goes on. */
export type Known = Pick<Tape, 'inputs' | 'forMs' | 'facts'>;
/** What was done in a life, and what was seen of the game. */
export type Life = Known & {
  /** The first inputs, by which it began. */
  readonly begin: readonly TapeInput[];
};

export interface SearchPlan {
  /** One after the other; of each so much of the game's time. */
  readonly livesMs: readonly number[];
  readonly chance: Chance;
  readonly known: readonly Known[];
}

/** How long one policy plays at a time. */
const TURN_MS = { least: 1_500, most: 4_000 } as const;
/** Taps before a game is taken to have begun, and what each has of the game's time. */
const BEGIN_TAPS = 4;
const BEGIN_MS = 500;
/** Games ignore touches in the first moments after their end. */
const ENDED_MS = 1_200;
const AGAIN_TAPS = 4;

/**
 * Lives of a game on one page, one after the other (P3): what is tried next follows from what was
 * reached before and from chance, so that equal games have equal lives. A life that freezes is the
 * last one.
 */
export async function searchOn(
  page: PlayedPage,
  { livesMs, chance, known }: SearchPlan,
): Promise<{ lives: Life[]; stopped: string | null }> {
  const lives: Life[] = [];
  const leanings = new Leanings(chance);
  for (const [at, forMs] of livesMs.entries()) {
    // Every other life goes on otherwise from a moment of the best one.
    const from = at % 2 === 1 ? cutOf(bestOf([...known, ...lives], 1)[0], chance) : null;
    const life = new LifeRun(page, chance, leanings);
    const stopped = await life.play(forMs, from);
    lives.push(life.result());
    if (stopped !== null) return { lives, stopped };
  }
  return { lives, stopped: null };
}

/** The beginning of a life, up to a moment at which no finger is down. */
function cutOf(life: Known | undefined, chance: Chance): Pick<Tape, 'inputs' | 'forMs'> | null {
  if (life === undefined || gainOf(life.facts) === 0) return null;
  const end = life.facts.phases.find(([, phase]) => phaseKind(phase) === 'ended');
  const untilMs = end ? end[0] * MOMENT_MS : life.forMs;
  const cutMs = untilMs * (0.4 + 0.5 * chance());
  let down = 0;
  let cut = 0;
  for (const [at, input] of life.inputs.entries()) {
    if (input.atMs > cutMs) break;
    down += input.type === 'down' ? 1 : input.type === 'up' ? -1 : 0;
    if (down === 0) cut = at + 1;
  }
  const inputs = life.inputs.slice(0, cut);
  const lastMs = inputs.at(-1)?.atMs ?? 0;
  return { inputs, forMs: MOMENT_MS * Math.ceil((lastMs + 1) / MOMENT_MS) };
}

/** Which policies have gained something so far. */
class Leanings {
  private readonly names = Object.keys(POLICIES) as PolicyName[];
  private readonly weights = new Map(this.names.map((name) => [name, 1]));

  constructor(private readonly chance: Chance) {}

  next(): PolicyName {
    const total = [...this.weights.values()].reduce((sum, weight) => sum + weight, 0);
    let left = this.chance() * total;
    for (const [name, weight] of this.weights) {
      left -= weight;
      if (left < 0) return name;
    }
    return 'things';
  }

  /** What has gained is tried more often, what has not less. */
  learn(name: PolicyName, gain: number): void {
    const weight = this.weights.get(name) ?? 1;
    this.weights.set(name, gain > 0 ? Math.min(6, weight + 2) : Math.max(0.5, weight * 0.8));
  }
}

class LifeRun {
  private readonly record = new FactsRecord();
  private stopped: string | null = null;
  private begun = 0;

  constructor(
    private readonly page: PlayedPage,
    private readonly chance: Chance,
    private readonly leanings: Leanings,
  ) {}

  /** What has stopped the game, or null. Ends before its time at the second end of the game. */
  async play(forMs: number, from: Pick<Tape, 'inputs' | 'forMs'> | null): Promise<string | null> {
    try {
      await this.page.load();
      if (from) await this.pass(from.inputs, from.forMs);
      else await this.begin();
      this.begun = this.page.inputs.length;
      let ends = 0;
      while (this.page.nowMs < forMs) {
        if (phaseKind(this.record.phase) === 'ended') {
          ends += 1;
          if (ends > 1) break;
          await this.beginAgain();
        } else await this.turn(forMs);
      }
      return null;
    } catch (error) {
      if (!(error instanceof GameStopped)) throw error;
      this.stopped = error.code;
      return error.code;
    }
  }

  result(): Life {
    const [thrown] = this.page.thrown.values();
    const facts = this.record.facts(this.stopped ?? (thrown ? messageOf(thrown) : null));
    const inputs = [...this.page.inputs];
    return { inputs, forMs: this.page.nowMs, facts, begin: inputs.slice(0, this.begun) };
  }

  private async pass(inputs: readonly TapeInput[], forMs: number): Promise<void> {
    await this.page.act(inputs, this.page.nowMs + forMs);
    this.record.add(this.page.moments());
  }

  private async tapAt(at: Named, forMs: number): Promise<void> {
    const { inputs } = tap({ nowMs: this.page.nowMs, things: [], targets: [] }, at, forMs);
    await this.pass(inputs, forMs);
  }

  /** Taps at an entrance, then at anything, while the game shows a title. */
  private async begin(): Promise<void> {
    await this.pass([], LOADED_MS);
    for (let count = 0; count < BEGIN_TAPS; count += 1) {
      if (count > 0 && phaseKind(this.record.phase) !== 'title') return;
      const { targets } = await this.page.view();
      const says = targets.find(({ name = '', text = '' }) => isEntrance(`${name}${text}`));
      await this.tapAt((count < 2 ? says : pick(this.chance, targets)) ?? MIDDLE, BEGIN_MS);
    }
  }

  private async beginAgain(): Promise<void> {
    await this.pass([], ENDED_MS);
    for (let count = 0; count < AGAIN_TAPS; count += 1) {
      if (phaseKind(this.record.phase) !== 'ended') return;
      const { targets } = await this.page.view();
      await this.tapAt(targets[count] ?? MIDDLE, BEGIN_MS);
    }
  }

  /** One policy plays until its time is over or the game has ended. */
  private async turn(forMs: number): Promise<void> {
    const name = this.leanings.next();
    const policy = POLICIES[name](this.chance);
    const turnMs = TURN_MS.least + this.chance() * (TURN_MS.most - TURN_MS.least);
    const untilMs = Math.min(forMs, this.page.nowMs + turnMs);
    const before = this.record.gains;
    while (this.page.nowMs < untilMs && phaseKind(this.record.phase) !== 'ended') {
      const { things, targets } = await this.page.view();
      const step = policy({ nowMs: this.page.nowMs, things, targets });
      await this.pass(step.inputs, step.forMs);
    }
    await this.pass(this.lifted(), 0);
    this.leanings.learn(name, this.record.gains - before);
  }

  /** What lifts the fingers that are down. */
  private lifted(): TapeInput[] {
    const last = new Map<0 | 1, TapeInput>();
    for (const input of this.page.inputs) if ('finger' in input) last.set(input.finger, input);
    return [...last].flatMap(([finger, { type }]) =>
      type === 'up' ? [] : [{ type: 'up' as const, atMs: this.page.nowMs, finger }],
    );
  }
}

const isEntrance = (line: string): boolean => isTitle({ data: {}, words: [line], drawn: [] });
