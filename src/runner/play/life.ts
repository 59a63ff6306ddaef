import { TAPE_LIMITS, type Tape, type TapeInput } from '../../contracts/game/tape.js';
import { messageOf } from '../../domain/playing/harmless.js';
import { isTitle, phaseKind } from '../../domain/playing/playing-state.js';
import { FactsRecord } from '../../domain/playing/tape-facts.js';
import type { Chance } from '../../game-page/chance.js';
import { stopIn } from '../box-watch.js';
import { LED_MS, LOADED_MS, MIDDLE, PLAY_SCREEN } from './gestures.js';
import type { Viewed } from './page-values.js';
import type { PlayedPage } from './played-page.js';
import { pick, tap, type Named } from './moves.js';
import { POLICIES, type PolicyName } from './policies.js';

/** What is known of a life from which another one goes on. */
export type Known = Pick<Tape, 'inputs' | 'forMs' | 'facts'>;
/** What was done in a life, and what was seen of the game. */
export type Life = Known & {
  /** The first inputs, by which it began. */
  readonly begin: readonly TapeInput[];
};

/** How long one policy plays at a time, at most while it gains, and so long after each gain. */
const TURN_MS = { least: 1_500, most: 4_000, gaining: 12_000 } as const;
const MORE_TURN_MS = 2_000;
/** Taps before a game is taken to have begun, and what each has of the game's time. */
const BEGIN_TAPS = 4;
const BEGIN_MS = 500;
/** Games ignore touches in the first moments after their end. */
const ENDED_MS = 1_200;
const AGAIN_TAPS = 4;
const WAIT_STEP_MS = 2_000;
/** What gains goes on for so long. */
const MORE_MS = 8_000;
/** After them there is room for one more gesture. */
const MOST_INPUTS = TAPE_LIMITS.inputs - 100;
/** A game that has stood still for so long waits itself. */
const STILL_MOMENTS = 60;

/** Buttons that end a game, or begin another one. */
const BACK = new RegExp(
  '^\\W*(?:new game|restart|reset|retry|play again|try again|give up|quit|exit|home|menu|' +
    'はじめから|最初から|やりなおす|やり直す|もう一度|もういちど|リトライ|リセット|あきらめる|' +
    'タイトルへ|もどる|戻る)\\W*$',
  'i',
);

const NAMES = Object.keys(POLICIES) as PolicyName[];

/** Which policies have gained something so far. */
export class Leanings {
  private readonly untried: PolicyName[];
  private readonly weights: Map<PolicyName, number>;

  constructor(private readonly chance: Chance) {
    this.weights = new Map(NAMES.map((name) => [name, 1]));
    this.untried = this.shuffled();
  }

  shuffled(): PolicyName[] {
    const order = new Map(NAMES.map((name) => [name, this.chance()]));
    return NAMES.toSorted((one, other) => (order.get(one) ?? 0) - (order.get(other) ?? 0));
  }

  /** Each once, then by what they have gained. */
  next(): { name: PolicyName; isNew: boolean } {
    const untried = this.untried.pop();
    return untried ? { name: untried, isNew: true } : { name: this.chosen(), isNew: false };
  }

  private chosen(): PolicyName {
    const total = [...this.weights.values()].reduce((sum, weight) => sum + weight ** 2, 0);
    let left = this.chance() * total;
    for (const [name, weight] of this.weights) {
      left -= weight ** 2;
      if (left < 0) return name;
    }
    return 'things';
  }

  /** What has gained is tried more often, what has changed a number a little, the rest less. */
  learn(name: PolicyName, before: Progress, now: Progress & { isEnded: boolean }): void {
    const weight = (this.weights.get(name) ?? 1) * (now.isEnded ? 0.5 : 1);
    const isGain = now.gains > before.gains;
    const idle =
      now.changes > before.changes ? Math.max(weight, Math.min(2, weight + 1)) : 0.7 * weight;
    this.weights.set(name, isGain ? Math.min(8, weight + 3) : Math.max(0.3, idle));
  }
}

type Progress = FactsRecord['progress'];

/** How a life begins: with a part of another one, or led to a phase; else as a player begins. */
interface Start {
  readonly from: Pick<Tape, 'inputs' | 'forMs'> | null;
  readonly phase?: string;
}

export interface LifePlan extends Start {
  readonly forMs: number;
  /** It goes on until then while it gains, or comes nearer to an end that was not seen yet. */
  readonly mostMs: number;
  readonly isEndSeen: boolean;
  /**
   * Whether it is over once the game was begun again, not with its second end. A game of words
   * alone is begun again until its time is over, unless one policy plays: its ends differ.
   */
  readonly isOnce?: boolean;
  /** The policy that plays; left out: they take turns. */
  readonly only?: PolicyName | undefined;
}

/** One life on a page, which is loaded for it. */
export class LifeRun {
  private readonly record = new FactsRecord();
  private begun = 0;
  /** What was seen after the last pass, where that was asked for. */
  private viewed: Viewed = null;
  /** What could be tapped when it was played last. */
  private targets: readonly Named[] = [];

  constructor(
    private readonly page: PlayedPage,
    private readonly chance: Chance,
    private readonly leanings: Leanings,
  ) {}

  play({ forMs, mostMs, isEndSeen, isOnce = false, only, ...start }: LifePlan): Promise<Life> {
    const isRetold = (): boolean => isOnce && !only && this.record.isOfWords;
    return this.during(start, async () => {
      let untilMs = Math.min(TAPE_LIMITS.ms, forMs + (start.from?.forMs ?? 0));
      let [ends, before] = [0, this.record.progress];
      while (this.page.nowMs < untilMs && !this.isFull) {
        if (this.isEnded) {
          ends += 1;
          if (ends > 1 && !isRetold()) break;
          await this.beginAgain();
          if (isOnce && !isRetold()) break;
        } else await this.turn(untilMs, only);
        if (this.page.nowMs < untilMs) continue;
        const now = this.record.progress;
        const isOn = now.gains > before.gains || (!isEndSeen && now.changes > before.changes);
        if (!isOn) break;
        before = now;
        untilMs = Math.max(untilMs, Math.min(mostMs, untilMs + MORE_MS));
      }
    });
  }

  /** Does nothing once it has begun, until the game is over or stands still. */
  wait(forMs: number): Promise<Life> {
    return this.during({ from: null }, async () => {
      while (this.page.nowMs < forMs && !this.isEnded && this.record.stillFor < STILL_MOMENTS)
        await this.pass([], WAIT_STEP_MS);
      if (this.isEnded) await this.beginAgain();
    });
  }

  private get isEnded(): boolean {
    return phaseKind(this.record.phase) === 'ended';
  }

  /** No tape holds more: an endless game would go on. */
  private get isFull(): boolean {
    return this.page.nowMs >= TAPE_LIMITS.ms || this.page.inputs.length > MOST_INPUTS;
  }

  private async during({ from, phase }: Start, work: () => Promise<void>): Promise<Life> {
    const stop = await stopIn(async () => {
      await this.page.load();
      if (phase !== undefined && !(await this.isLed(phase))) return;
      if (from) await this.pass(from.inputs, from.forMs);
      else if (phase === undefined) await this.begin();
      this.begun = this.page.inputs.length;
      await work();
    });
    const [thrown] = this.page.thrown.values();
    const facts = this.record.facts(stop?.code ?? (thrown ? messageOf(thrown) : null));
    const inputs = [...this.page.inputs];
    return { inputs, forMs: this.page.nowMs, facts, begin: inputs.slice(0, this.begun) };
  }

  /** Whether it is in that phase then, and well. */
  private async isLed(phase: string): Promise<boolean> {
    await this.pass([], LOADED_MS);
    await this.page.call('goTo', phase);
    await this.pass([], LED_MS);
    return this.record.phase === phase && this.page.thrown.size === 0;
  }

  private async pass(inputs: readonly TapeInput[], forMs: number, isViewed = false): Promise<void> {
    const untilMs = Math.min(TAPE_LIMITS.ms, this.page.nowMs + forMs);
    const inTime = inputs.filter(({ atMs }) => atMs <= untilMs).map(byHand);
    this.viewed = await this.page.act(inTime, untilMs, isViewed);
    this.record.add(this.page.moments());
  }

  private async tapAt(at: Named, forMs: number): Promise<void> {
    const { inputs } = tap(this.page, at, forMs);
    await this.pass(inputs, forMs);
  }

  /** Taps at an entrance, then at anything, while the game shows a title. */
  private async begin(): Promise<void> {
    await this.pass([], LOADED_MS);
    for (let count = 0; count < BEGIN_TAPS; count += 1) {
      if (count > 0 && phaseKind(this.record.phase) !== 'title') return;
      const { targets } = await this.page.view();
      const says = targets.find(({ name = '', text = '' }) => isEntrance(`${name} ${text}`));
      await this.tapAt((count < 2 ? says : pick(this.chance, targets)) ?? MIDDLE, BEGIN_MS);
    }
  }

  private async beginAgain(): Promise<void> {
    await this.pass([], ENDED_MS);
    const before = new Set(this.targets.map(markOf));
    for (let count = 0; count < AGAIN_TAPS; count += 1) {
      if (!this.isEnded) return;
      const { targets } = await this.page.view();
      const says = targets.filter(({ text = '' }) => BACK.test(text)).slice(0, 1);
      const come = targets.filter((each) => !before.has(markOf(each)));
      await this.tapAt([...says, ...come, ...targets][count] ?? MIDDLE, BEGIN_MS);
    }
  }

  /** One policy plays until its time is over or the game has ended. */
  private async turn(forMs: number, only?: PolicyName): Promise<void> {
    const { name, isNew } = only ? { name: only, isNew: false } : this.leanings.next();
    const policy = POLICIES[name](this.chance);
    const more = isNew ? 0 : this.chance() * (TURN_MS.most - TURN_MS.least);
    const turnMs = TURN_MS.least + more;
    const mostMs = Math.min(forMs, this.page.nowMs + TURN_MS.gaining);
    let untilMs = Math.min(mostMs, this.page.nowMs + turnMs);
    const before = this.record.progress;
    let { gains } = before;
    while (this.page.nowMs < untilMs && !this.isEnded && !this.isFull) {
      const { things, targets: all } = this.viewed ?? (await this.page.view());
      // What throws a game away is for its end.
      this.targets = all;
      const targets = all.filter(({ text = '' }) => !BACK.test(text));
      const step = policy({ nowMs: this.page.nowMs, things, targets });
      await this.pass(step.inputs, step.forMs, true);
      const now = this.record.progress.gains;
      // What gains goes on.
      if (now > gains)
        untilMs = Math.max(untilMs, Math.min(mostMs, this.page.nowMs + MORE_TURN_MS));
      gains = now;
    }
    await this.pass(this.lifted(), 0, true);
    this.leanings.learn(name, before, { ...this.record.progress, isEnded: this.isEnded });
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

const markOf = ({ name = '', x, y }: Named): string => `${name} ${x},${y}`;

/** What is drawn beyond the screen no finger reaches: it comes as near as it can. */
function byHand(input: TapeInput): TapeInput {
  if (!('x' in input)) return input;
  const within = (value: number, size: number): number => Math.max(0, Math.min(size - 1, value));
  const { width, height } = PLAY_SCREEN;
  return { ...input, x: within(input.x, width), y: within(input.y, height) };
}

const isEntrance = (line: string): boolean => isTitle({ data: {}, words: [line], drawn: [] });
