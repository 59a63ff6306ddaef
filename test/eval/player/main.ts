import path from 'node:path';
import { InvalidArgumentError, program } from 'commander';
import { PROJECT_ROOT } from '../../../src/config.js';
import { PLAYER_VERSION } from '../../../src/domain/playing/playing.js';
import { fillMarked } from '../../support/marked-place.js';
import { measureSlowness } from '../../support/patience.js';
import { resultsFile } from '../results.js';
import { Corpus } from './corpus.js';
import {
  casesOf,
  CLASSES,
  strangersGames,
  type Case,
  type Class,
  type StrangersGame,
} from './games.js';
import { FIXTURES, playedIn, readPairs, recordPairs, smaller, writePairs } from './pairs.js';
import { changeRows, rowsOf, type Played, type Row } from './score.js';
import { listOf, tablesOf } from './tables.js';

const list = (text: string): string[] => text.split(',');
function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It is no number of things.');
}

/**
 * `npm run eval:player [-- --only break,cosmetic --games hebi,rockfall]`: plays the games of
 * strangers and their edits as the runner does, and counts what the player found. What was played
 * is not played again: a run that was stopped goes on.
 */
program
  .option('--only <classes>', `of ${CLASSES.join(', ')}`, list)
  .option('--games <names>', 'of test/games', list)
  .option('--name <name>', 'of the results', `player-${PLAYER_VERSION}`)
  .option('--lanes <count>', 'games at the same time', count, 1)
  .option('--lives <count>', 'of a search', count, 12)
  .option('--receipts', 'of changes alone, by tapes and without whole plays')
  .option('--keep', 'puts a smaller copy of what was seen into the fixtures')
  .option('--known', 'plays nothing: tells what is known')
  .option('--write', 'puts the tables into docs/player.md')
  .parse();
const options = program.opts<{
  only?: string[];
  games?: string[];
  name: string;
  lanes: number;
  lives: number;
  receipts?: true;
  keep?: true;
  known?: true;
  write?: true;
}>();

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

class Run {
  readonly played: Played[] = [];

  constructor(
    private readonly corpus: Corpus,
    private readonly games: Case[][],
  ) {}

  async all(): Promise<void> {
    await Promise.all(Array.from({ length: Math.max(1, options.lanes) }, () => this.lane()));
  }

  private async lane(): Promise<void> {
    for (let cases = this.games.shift(); cases; cases = this.games.shift()) await this.game(cases);
  }

  /** The game as it is comes first: its tapes are those that its edits are held against. */
  private async game([first, ...edits]: Case[]): Promise<void> {
    const plain = first && (await this.play(first));
    if (!plain) return;
    if (isChosen('plain')) this.played.push({ of: first, outcome: plain, plain });
    for (const of of edits) {
      if (!isChosen(of.kind)) continue;
      const outcome = await this.play(of);
      if (outcome) this.played.push({ of, outcome, plain });
    }
  }

  private async play(each: Case): ReturnType<Corpus['knownOf']> {
    const known = await this.corpus.knownOf(each);
    if (known || options.known) return known;
    const outcome = await this.corpus.outcomeOf(each);
    const codes = outcome.findings.map(({ code }) => code);
    print(`${each.id}: ${outcome.verdict} ${codes.join(' ')} ${outcome.seconds} s`);
    return outcome;
  }
}

const isChosen = (kind: Class): boolean => options.only?.includes(kind) ?? true;

async function main(): Promise<number> {
  const unknown = (options.only ?? []).filter(
    (name) => !(CLASSES as readonly string[]).includes(name),
  );
  if (unknown.length > 0) program.error(`unknown: ${unknown.join(', ')}`);
  measureSlowness();
  const all = await strangersGames();
  const games = all.filter(({ name }) => options.games?.includes(name) ?? true);
  if (games.length === 0) program.error('no such game');
  const file = resultsFile(options.name, 'eval-player');
  const { played, rows } = options.receipts
    ? await receipts(games, file)
    : await plays(games, file);
  print(`\n${listOf(rows)}\n\n${tablesOf(rows, played)}\n`);
  print(`details: ${path.relative(PROJECT_ROOT, file)}`);
  if (options.write) await fillMarked('docs/player.md', 'player', tablesOf(rows, played));
  return 0;
}

type Told = { played: readonly Played[]; rows: Row[] };

async function plays(games: readonly StrangersGame[], file: string): Promise<Told> {
  const run = new Run(new Corpus(file, options.lives), games.map(casesOf));
  await run.all();
  return { played: run.played, rows: rowsOf(run.played) };
}

/** What was seen is kept, so that other rules are measured in seconds. */
async function receipts(games: readonly StrangersGame[], file: string): Promise<Told> {
  const played: Played[] = [];
  for (const game of games) {
    const own = path.join(file.replace(/\.jsonl$/, ''), `${game.name}.br`);
    const known = await readPairs(own);
    if (!known && options.known) continue;
    const pairs = known ?? (await recordPairs(game));
    if (!known) await writePairs(own, pairs);
    if (options.keep) await writePairs(path.join(FIXTURES, `${game.name}.br`), smaller(pairs));
    played.push(...playedIn(game, pairs));
    print(`${game.name}: ${known ? 'known' : 'recorded'}`);
  }
  return { played, rows: changeRows(played) };
}

process.exitCode = await main();
