import type { Result, Step } from './results.js';

/** One number of an eval; null = nothing was there to be counted. */
export interface Metric {
  readonly name: string;
  readonly value: number | null;
  /** Of how many. */
  readonly of: number;
  readonly unit: '%' | 's' | 'ms' | '$' | 'ΔE';
  /** What is better; a difference without it is only told. */
  readonly better: 'more' | 'less';
}

/** The share of games that play as they were first made: what `--gate` asks for. */
export const FIRST_TRY = 'plays, first try';

type Told = boolean | null | undefined;

function share(name: string, answers: readonly Told[], better: Metric['better'] = 'more'): Metric {
  const told = answers.filter((answer) => typeof answer === 'boolean');
  const value = told.length === 0 ? null : (100 * told.filter(Boolean).length) / told.length;
  return { name, value, of: told.length, unit: '%', better };
}

function mean(
  name: string,
  unit: Metric['unit'],
  values: readonly (number | null | undefined)[],
): Metric {
  const told = values.filter((value) => typeof value === 'number');
  const sum = told.reduce((total, value) => total + value, 0);
  const value = told.length === 0 ? null : sum / told.length;
  return { name, value, of: told.length, unit, better: 'less' };
}

function median(name: string, unit: Metric['unit'], values: readonly number[]): Metric {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
  return { name, value, of: sorted.length, unit, better: 'less' };
}

const isRightGenre = ({ genre: { wanted, made } }: NonNullable<Step['wish']>): boolean =>
  made !== null && wanted.includes(made);

/** What the results of an eval come to. */
export function metricsOf(results: readonly Result[]): Metric[] {
  const steps = results.flatMap((result) => result.steps);
  const games = steps.flatMap(({ game }) => game ?? []);
  const wishes = steps.flatMap(({ wish }) => wish ?? []);
  const edits = steps.flatMap(({ edit }) => edit ?? []);
  const played = games.filter(({ first }) => first !== 'unplayed');
  const decided = games.flatMap(({ checks }) => Object.values(checks));
  return [
    share(
      'jobs completed',
      steps.map(({ failure }) => failure === null),
    ),
    share(
      FIRST_TRY,
      played.map(({ first }) => first === 'plays'),
    ),
    share(
      'plays, after repair',
      played.map(({ last }) => last === 'plays'),
    ),
    share(
      'could not be played',
      games.map(({ last }) => last === 'unplayed'),
      'less',
    ),
    share(
      'reacts to touch',
      games.map(({ seen }) => seen?.reacts),
    ),
    share(
      'seen to end',
      games.map(({ seen }) => (seen === null ? null : seen.ends === true)),
    ),
    share(
      'restarts after its end',
      games.map(({ seen }) => seen?.restarts),
    ),
    median(
      'processor time of a frame, p50',
      'ms',
      games.flatMap(({ frameCpuMs }) => frameCpuMs ?? []),
    ),
    share('checks of the wish met', decided),
    share(
      'checks that the play could decide',
      decided.map((answer) => answer !== null),
    ),
    share(
      'checks of the brief met, by the judge',
      games.flatMap(({ judged }) => saidBy(judged)),
    ),
    share('genre as wished', wishes.map(isRightGenre)),
    share(
      'another genre, told as done',
      wishes.map((wish) => !isRightGenre(wish) && !wish.isNearestTold),
      'less',
    ),
    mean(
      'distance from the style that was picked',
      'ΔE',
      wishes.map(({ isStyleGiven, styleDistance }) => (isStyleGiven ? styleDistance : null)),
    ),
    mean(
      'distance from the palette of the brief',
      'ΔE',
      wishes.map(({ isStyleGiven, styleDistance }) => (isStyleGiven ? null : styleDistance)),
    ),
    share(
      "title in the player's language",
      wishes.map(({ isTitleRead }) => isTitleRead),
    ),
    share(
      'like a known game: own name, and told',
      wishes.map(({ isOwnGame }) => isOwnGame),
    ),
    share(
      "the player's image is in the game",
      wishes.map(({ hasOwnImage }) => hasOwnImage),
    ),
    ...editMetrics(edits),
    share(
      'intent understood',
      steps.map(({ wanted, did }) => (did === null ? null : wanted === did)),
    ),
    share(
      'recordings that come out the same',
      steps.map(({ isSame }) => isSame),
    ),
    share(
      'games with a false alarm',
      games.map(({ falseAlarms }) => (falseAlarms === null ? null : falseAlarms.length > 0)),
      'less',
    ),
    mean(
      'cost of a message',
      '$',
      steps.map(({ usd }) => usd),
    ),
    median(
      'a game or change takes (median)',
      's',
      steps.filter(({ game }) => game !== null).map(({ seconds }) => seconds),
    ),
    median(
      'an answer in words takes (median)',
      's',
      steps.filter(({ game }) => game === null).map(({ seconds }) => seconds),
    ),
  ];
}

function editMetrics(edits: readonly NonNullable<Step['edit']>[]): Metric[] {
  return [
    share(
      'changes: what was asked is there',
      edits.map(({ isChanged }) => isChanged),
    ),
    share(
      'changes: the rest was kept',
      edits.map(({ isKept }) => isKept),
    ),
    share(
      'changes: within their scope',
      edits.map(({ isWithin }) => isWithin),
    ),
    mean(
      'changes: lines that are others',
      '%',
      edits.map(({ share: part, isWithin }) => (isWithin === null ? null : 100 * part)),
    ),
  ];
}

/** Each check that a judge has decided, as its answer. */
function saidBy(judged: NonNullable<Step['game']>['judged']): boolean[] {
  if (judged === null) return [];
  const many = (count: number, answer: boolean): boolean[] =>
    Array.from({ length: count }, () => answer);
  return [...many(judged.met, true), ...many(judged.unmet, false)];
}

/** Is the share of games that play at first so high? A gate that nothing went through is shut. */
export function passesGate(metrics: readonly Metric[], percent: number): boolean {
  const value = metrics.find(({ name }) => name === FIRST_TRY)?.value ?? null;
  return value !== null && value >= percent;
}
