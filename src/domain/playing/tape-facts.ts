import { MOMENT_MS, TAPE_LIMITS, type Series, type TapeFacts } from '../../contracts/game/tape.js';
import { isEndState, isPaused, isTitle, OverWatch, type ToldState } from './playing-state.js';
import { changesOf, gainOf } from './progress.js';

/** What was seen of a game, one moment after the other; `told` absent: as in the one before. */
export interface SeenMoments {
  readonly moments: readonly {
    /** Its number. */
    readonly at: number;
    readonly name: number;
    readonly drawing: number;
    readonly told?: ToldState | undefined;
  }[];
  readonly series: Readonly<Record<string, Series>>;
}

const MAX = { phases: 100, words: 200, wordCharacters: 200, steps: 60_000 } as const;
/** Paths by which a game declares its phase, the first that there is. */
const PHASE_PATHS = ['state', 'phase', 'screen', 'scene', 'mode'].map((name) => `state.${name}`);
const SCORE_PATH = /^state\.(?:\w+\.)?(?:score|points?)$/i;
/** A score among the words on a screen: behind its name, or before it. */
const SCORE_WORDS = [
  /(?:score|スコア|得点|とくてん)\D{0,3}(\d[\d,]*)/i,
  /(\d[\d,]*)\s*(?:points?\b|pts?\b|点)/i,
] as const;
const OVER_PATH = /^state\.(?:\w+\.)?(?:is)?(?:game)?over$/i;
const WON_PATH = /^state\.(?:\w+\.)?(?:is)?(?:won|win|cleared)$/i;
const NOTHING: ToldState = { data: {}, words: [], drawn: [] };

/** Gathers the facts of one run (P4), within the limits of the contract. */
export class FactsRecord {
  private readonly names: number[] = [];
  private readonly series = new Map<string, Series>();
  private readonly phases: [number, string][] = [];
  private readonly words = new Set<string>();
  private readonly over = new OverWatch('lost');
  private readonly won = new OverWatch('won');
  /** What it has declared by a boolean value. */
  private readonly declared = { over: false, won: false };
  private score: TapeFacts['score'] = null;
  private steps = 0;
  /** Lines that came new, and those of the moment before. */
  private said = 0;
  private lines: readonly string[] = [];
  private told = NOTHING;

  /** The last phase; empty before the first moment. */
  get phase(): string {
    return this.phases.at(-1)?.[1] ?? '';
  }

  /** Moments since anything of it has changed. */
  get stillFor(): number {
    return this.names.length - 1 - this.names.findLastIndex((name) => name !== this.names.at(-1));
  }

  /** How far it has come, as {@link gainOf} and {@link changesOf}; by words without numbers. */
  get progress(): { gains: number; changes: number } {
    const facts = { score: this.score, series: Object.fromEntries(this.series) };
    const gains = gainOf(facts);
    return { gains: gains + (this.isOfWords ? this.said : 0), changes: changesOf(facts) };
  }

  /** Whether it tells by words alone how far it has come: it has shown some, and no number. */
  get isOfWords(): boolean {
    const hasDigits = [...this.series.keys()].some((path) => path.startsWith('digits.'));
    return this.said > 0 && this.score === null && !hasDigits;
  }

  add({ moments, series }: SeenMoments): void {
    for (const [path, steps] of Object.entries(series)) this.addSeries(path, steps);
    for (const { at, name, drawing, told } of moments) {
      if (at > TAPE_LIMITS.ms / MOMENT_MS) return;
      const before = this.names.at(-1) ?? name;
      while (this.names.length < at) this.names.push(before);
      this.names[at] = name;
      this.told = told ?? this.told;
      // What is not there before the first frame has not come since.
      if (at > 0) this.see(at, drawing);
    }
  }

  /** `stopped`: an exception, or what ended the run. */
  facts(stopped: string | null): TapeFacts {
    const isMoving = ([path, steps]: [string, Series]): boolean =>
      !path.startsWith('page.') || steps.length > 1;
    return {
      moments: this.names.length,
      series: Object.fromEntries([...this.series].filter(isMoving)),
      names: [...this.names],
      phases: [...this.phases],
      words: [...this.words],
      isOver: this.declared.over || this.over.overAtMs !== null,
      isWon: this.declared.won || this.won.overAtMs !== null,
      score: this.score,
      stopped: stopped?.slice(0, 400) ?? null,
    };
  }

  private addSeries(path: string, steps: Series): void {
    const known = this.series.get(path) ?? [];
    if (known.length === 0 && this.series.size >= TAPE_LIMITS.paths) return;
    const room = Math.min(TAPE_LIMITS.steps - known.length, MAX.steps - this.steps);
    const added = steps.slice(0, Math.max(0, room));
    this.steps += added.length;
    this.series.set(path, [...known, ...added]);
    const isYes = added.some(([, value]) => value === true);
    this.declared.over ||= isYes && OVER_PATH.test(path);
    this.declared.won ||= isYes && WON_PATH.test(path);
    if (SCORE_PATH.test(path)) for (const [, value] of added) this.addScore(Number(value));
  }

  private see(at: number, drawing: number): void {
    const declared = this.declaredAt(at);
    const { words, drawn } = this.told;
    const { state: _, ...rest } = this.told.data;
    const data = declared === undefined ? rest : { ...rest, state: declared };
    const moment = { data, words, drawn, atMs: at * MOMENT_MS, drawing };
    this.over.see(moment);
    this.won.see(moment);
    const phase = (declared ?? this.phaseOf(moment)).slice(0, 40);
    if (phase !== this.phase && this.phases.length < MAX.phases) this.phases.push([at, phase]);
    const lines = [...words, ...drawn];
    for (const line of lines) {
      const plain = line
        .replace(/[\d,.]+/g, '')
        .trim()
        .slice(0, MAX.wordCharacters);
      if (plain === '' || this.words.has(plain) || this.words.size >= MAX.words) continue;
      this.words.add(plain);
      // A line that is typed out comes letter by letter, and once.
      if (!this.lines.some((before) => line.startsWith(before))) this.said += 1;
    }
    this.lines = lines;
    if (![...this.series.keys()].some((path) => SCORE_PATH.test(path)))
      this.addScore(scoreIn(lines));
  }

  private phaseOf(moment: ToldState): string {
    if (this.won.isOver) return 'won';
    if (this.over.isOver) return 'over';
    if (isPaused(moment)) return 'paused';
    return isTitle(moment) ? 'title' : 'playing';
  }

  private declaredAt(moment: number): string | undefined {
    const declared = PHASE_PATHS.flatMap((path) => {
      const value = this.series.get(path)?.findLast(([at]) => at <= moment)?.[1];
      return typeof value === 'string' ? [value] : [];
    });
    // A game may name where it is by one value, and that it is over by another.
    return declared.find(isEndState) ?? declared[0];
  }

  private addScore(score: number | null): void {
    if (score === null || !Number.isFinite(score)) return;
    this.score ??= { first: score, most: score };
    this.score.most = Math.max(this.score.most, score);
  }
}

function scoreIn(lines: readonly string[]): number | null {
  for (const pattern of SCORE_WORDS)
    for (const line of lines) {
      const digits = pattern.exec(line)?.[1];
      if (digits !== undefined) return Number(digits.replaceAll(',', ''));
    }
  return null;
}
