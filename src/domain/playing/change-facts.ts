import type { PlayFinding, PlayReport } from '../../contracts/game/play.js';
import type { FactKind, Receipt, ReceiptFact } from '../../contracts/game/receipt.js';
import { message, type Message } from '../../contracts/messages/message.js';
import { findingOf } from './playing-words.js';

/** Of one list in a note, and of the findings of a repair. */
const MAX_SHOWN = 4;
const MAX_TOLD = 6;

/** A fact of a receipt with its judgement; `isAsked` null = none. */
interface SaidFact {
  readonly fact: ReceiptFact;
  readonly isAsked: boolean | null;
  readonly words?: string;
}

/**
 * What a change has lost although it was not to, as findings of a repair (P4). What no judge has
 * spoken of may have been wished: it is shown, and starts no round.
 */
export function unaskedLosses(report: PlayReport): PlayFinding[] {
  return lostIn(report)
    .filter(({ isAsked }) => isAsked === false)
    .slice(0, MAX_TOLD)
    .map(({ fact, words = '' }) => findingOf('lost', 'touched', `${deedOf(fact)}\n${words}`));
}

/** Number of facts that are gone and were not wished away, as far as is known (J3). */
export function lossesOf(report: PlayReport): number {
  return lostIn(report).filter(({ isAsked }) => isAsked !== true).length;
}

/** Is what a finding of {@link unaskedLosses} is about still gone, as far as is known? */
export function isLostNow(report: PlayReport, { evidence }: PlayFinding): boolean {
  const [deed] = evidence.split('\n');
  return report.receipt?.lost.some((fact) => deedOf(fact) === deed) ?? true;
}

/** The note that a published change has lost something; none where it has not, or was to. */
export function lossNotes(report: PlayReport): Message[] {
  const lost = lostIn(report).filter(({ isAsked }) => isAsked !== true);
  return lost.length === 0 ? [] : [message('CHANGE_LOST', { lost: shown(lost) })];
}

/** The receipt of a published change, for its maker: the wished losses are part of what changed. */
export function receiptNotes(report: PlayReport): Message[] {
  const { receipt, loopName } = report;
  if (receipt === undefined || receipt.tapes === 0) return [];
  const wished = lostIn(report).filter(({ isAsked }) => isAsked === true);
  const changed = [...wished, ...saidFacts(report, 'changed').filter(hasName)];
  const gained = receipt.gained.filter(({ kind }) => isDeed(kind)).map(asSaid);
  const isChanged = ({ kind, what }: ReceiptFact): boolean =>
    receipt.changed.some((fact) => fact.kind === kind && fact.what === what);
  const same = receipt.same.filter((fact) => isDeed(fact.kind) && !isChanged(fact)).map(asSaid);
  const params = {
    changed: shown(changed.length > 0 ? changed : unnamed(receipt.changed)),
    ...(gained.length > 0 && { gained: shown(gained) }),
    ...(same.length > 0 && { same: shown(same) }),
    ...(receipt.neverRan.length > 0 && { unseen: receipt.neverRan.length }),
    ...(loopName !== undefined && { loop: loopName }),
  };
  return [message('CHANGE_RECEIPT', params)];
}

/** A receipt for the model that made the change (P6): all of it, a title and its facts each. */
export function receiptLists({
  lost,
  changed,
  gained,
  neverRan,
}: Receipt): (readonly [title: string, facts: string[]])[] {
  const wayOf = (fact: ReceiptFact): string =>
    `${deedWith(fact)}${fact.kind === 'moves' ? ' (now in another way)' : ''}`;
  const reached = neverRan.map(({ file, from, to }) => `${file}: lines ${from}-${to}`);
  return [
    [
      'Before this change, and no more; bring it back unless the request takes it away:',
      lost.map(deedWith),
    ],
    ['Otherwise than before:', changed.map(wayOf)],
    ['New:', gained.map(deedWith)],
    ['Changed lines that no play has reached:', reached],
  ];
}

/** With how much it has changed. */
function deedWith(fact: ReceiptFact): string {
  const { ratio, from, to } = fact;
  const times = ratio === undefined ? '' : ` (now ${Math.round(100 * ratio) / 100} times)`;
  const values = from === undefined ? '' : ` (${from} before, now ${to ?? 'none'})`;
  return `${deedOf(fact)}${times}${values}`;
}

const lostIn = (report: PlayReport): SaidFact[] => saidFacts(report, 'lost');
const asSaid = (fact: ReceiptFact): SaidFact => ({ fact, isAsked: null });

function saidFacts({ receipt, judging }: PlayReport, list: 'lost' | 'changed'): SaidFact[] {
  if (receipt === undefined) return [];
  const judged = judging?.state === 'judged' ? (judging.facts ?? []) : [];
  const first = list === 'lost' ? 0 : receipt.lost.length;
  return receipt[list].map((fact, index) => {
    const said = judged.find(({ at }) => at === first + index);
    if (said === undefined) return asSaid(fact);
    const { asked: isAsked, words } = said;
    return { fact, isAsked, ...(isPlain(words) && { words }) };
  });
}

/** A judge may repeat the id of a fact, such as `drawn.image 91`, which no player understands. */
const isPlain = (words: string): boolean =>
  words.trim() !== '' && !/\b(?:page|drawn|scene|digits|state)\.\S/.test(words);

/** A change without a name: that there is one, not the measure by which it was noticed. */
function unnamed([first]: Receipt['changed']): SaidFact[] {
  return first === undefined ? [] : [asSaid({ kind: 'value', what: first.what })];
}

/** What has one name for every player. */
const isDeed = (kind: FactKind): boolean => DEEDS.has(kind);
const DEEDS: ReadonlySet<FactKind> = new Set(['score', 'ends', 'wins', 'again', 'control']);

/** Of what is only drawn there is no name but a judge's. */
function hasName({ fact: { kind, what }, words }: SaidFact): boolean {
  const isPath = ['moves', 'speed', 'count', 'value'].includes(kind);
  return words !== undefined || !isPath || /^(?:state|digits)\b/.test(what);
}

function shown(facts: readonly SaidFact[]): (ReceiptFact & { words?: string })[] {
  return facts
    .slice(0, MAX_SHOWN)
    .map(({ fact, words }) => ({ ...fact, ...(words !== undefined && { words }) }));
}

/** What the parent did, for a model; it names the fact. */
function deedOf({ kind, what }: ReceiptFact): string {
  const did = kind === 'again' && what !== '' ? 'reset' : kind;
  return `${DID[did] ?? kind} ${what}`.trim();
}

const DID: Readonly<Partial<Record<string, string>>> = {
  moves: 'this moved:',
  speed: 'this had its speed:',
  count: 'there were these:',
  value: 'this had its value:',
  runs: 'it ran without this:',
  score: 'the score changed',
  ends: 'the game could end',
  wins: 'the game could be won',
  again: 'the game could be begun again',
  reset: 'a new round began with this as it was at first:',
  phase: 'this phase was reached:',
  control: 'the game answered to this:',
  words: 'these words were shown:',
};
