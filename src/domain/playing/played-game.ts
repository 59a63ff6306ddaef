import type { PlayFinding, PlayReport, PlaySummary } from '../../contracts/game/play.js';
import { message, type Message } from '../../contracts/messages/message.js';
import { lossNotes, receiptNotes } from './change-facts.js';
import { checkOf, unmetChecks } from './judging.js';
import { PLAYER_VERSION } from './playing.js';
import { faultsNote } from './playing-words.js';
import { severeLooks } from './visual-faults.js';

/** Decision about a played candidate: published, with its notices, or not. */
export type PlayedEnd =
  | { readonly kind: 'publish'; readonly notes: readonly Message[] }
  | { readonly kind: 'refuse'; readonly detail: string };

export interface PlayedGame {
  readonly report: PlayReport;
  /** Findings that its repairs were given; none when the first try is published. */
  readonly mended: readonly PlayFinding[];
  /** The project has no version yet. */
  readonly isFirst: boolean;
  /** What is known of the version that it changes; null = nothing. */
  readonly parent: PlaySummary | null;
}

/**
 * The end of a job whose game was played (J3). A first game that shows nothing is refused, any
 * other first game handed over with the truth; an edit is refused when it has a fault that its
 * parent has not.
 */
export function endAfterPlay(game: PlayedGame): PlayedEnd {
  const { report, mended, isFirst, parent } = game;
  switch (report.verdict) {
    case 'plays':
      return { kind: 'publish', notes: ofChange(report, notesOf(report, mended)) };
    case 'unplayed':
      return { kind: 'publish', notes: [message('GAME_UNPLAYED')] };
    case 'broken':
      return isRefused(report, isFirst, parent)
        ? { kind: 'refuse', detail: detailOf(report) }
        : {
            kind: 'publish',
            notes: ofChange(report, [faultsNote('GAME_FAULTY', report.findings)]),
          };
  }
}

/** Notes that stand before the model's own words. */
const WARNINGS: ReadonlySet<string> = new Set(['CHANGE_LOST', 'GAME_FAULTY']);

/**
 * The model's own words with the notes of a play: a warning comes first, and a game with hard
 * faults is not praised beside it.
 */
export function answerAfterPlay(said: Message, notes: readonly Message[]): Message[] {
  const codeOf = (note: Message): string => ('code' in note ? note.code : '');
  const warnings = notes.filter((note) => WARNINGS.has(codeOf(note)));
  const isFaulty = warnings.some((note) => codeOf(note) === 'GAME_FAULTY');
  const rest = notes.filter((note) => !warnings.includes(note));
  return [...warnings, ...(isFaulty ? [] : [said]), ...rest];
}

/** The report of a game that could not be played; nothing is known then. */
export function unplayedReport(reason: string): PlayReport {
  const base = { findings: [], notes: [], seed: 0, player: PLAYER_VERSION };
  return { ...base, verdict: 'unplayed', reason };
}

/** Losses of a change come first, its receipt last (P4). */
const ofChange = (report: PlayReport, notes: readonly Message[]): Message[] => [
  ...lossNotes(report),
  ...notes,
  ...receiptNotes(report),
];

/** Of a game that plays: what was repaired, which checks are unmet, what does not look right. */
function notesOf(report: PlayReport, mended: readonly PlayFinding[]): Message[] {
  const checks = [...new Set(unmetChecks(report).map(checkOf))];
  const places = severeLooks(report.judging).map(({ where }) => where);
  return [
    ...(mended.length > 0 ? [faultsNote('GAME_MENDED', mended)] : []),
    ...(checks.length > 0 ? [message('CHECKS_UNMET', { checks })] : []),
    ...(places.length > 0 ? [message('LOOKS_LEFT', { places })] : []),
  ];
}

/** While it loads, what leaves nothing to be seen of a game. */
const SHOWS_NOTHING: ReadonlySet<string> = new Set(['exception', 'freeze', 'memory', 'disk']);

function isRefused(
  { findings }: PlayReport,
  isFirst: boolean,
  parent: PlaySummary | null,
): boolean {
  if (isFirst)
    return findings.some(
      ({ code, when }) => code === 'blank' || (when === 'loading' && SHOWS_NOTHING.has(code)),
    );
  // Of a parent that could not be played nothing is known: the edit counts as no worse.
  if (parent?.verdict === 'unplayed') return false;
  const known = new Set<string>(parent?.findings);
  return findings.some(({ code }) => !known.has(code));
}

function detailOf({ findings }: PlayReport): string {
  return findings
    .map(({ code, when, evidence }) => `${code} (${when}) ${evidence}`.trim())
    .join('; ');
}
