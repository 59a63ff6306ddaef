import type { Receipt } from '../../contracts/game/receipt.js';
import type { Tape, TapeFacts, TapeSet } from '../../contracts/game/tape.js';
import { SAME_POINTS } from '../../domain/playing/playing.js';
import { receiptOf } from '../../domain/playing/receipt.js';
import { changedFiles, newLines, textOf } from '../../versions/format/diff.js';
import { openParcelFile } from '../../versions/format/parcel.js';
import type { Pair } from './images.js';
import { LANES } from './lane.js';
import { filmTape, loopOf, stillsOf } from './loop.js';
import type { Pages } from './pages.js';
import { pointsApart, type Shot } from './shots.js';

type Lines = Receipt['neverRan'][number];

/** A version that is changed; its tapes are of this version of the player. */
interface Before {
  readonly parcelFile: string;
  readonly tapes: TapeSet;
}
/** What is known of the change: its answers, what its lives showed, lines that never ran. */
interface After {
  readonly parcelFile: string;
  readonly answers: TapeSet['answers'];
  /** Of each tape of what is changed. */
  readonly facts: readonly TapeFacts[];
  readonly lives: readonly TapeFacts[];
  readonly neverRan: () => readonly Lines[];
}

export interface Compared {
  readonly receipt: Receipt;
  /** Animated WebP, base64; null: no difference is to be seen. */
  readonly loop: string | null;
  /** The same moments of both. */
  readonly stills: { readonly before: Shot[]; readonly after: Shot[] };
}

const MAX_LINES = 10;
const NOTHING = { shots: [] };

/** Holds a change against the tapes of what it changes (P4). */
export async function compareVersions(
  pages: Pick<Pages, 'on'>,
  { before, after, seenFrom }: { before: Before; after: After; seenFrom: string | undefined },
): Promise<Compared> {
  const { tapes, asked } = before.tapes;
  // Of a parent that was asked otherwise nothing follows.
  const answers = asked ? before.tapes.answers : {};
  const receipt = receiptOf(
    { facts: tapes.map((tape) => tape.facts), answers },
    {
      facts: after.facts,
      answers: after.answers,
      lives: after.lives,
      neverRan: common(await linesBetween(before.parcelFile, after.parcelFile), after.neverRan()),
    },
  );
  const { tape: index, atMs: aroundMs } = receipt.most ?? { tape: 0, atMs: middleOf(tapes[0]) };
  const tape = tapes[index];
  if (tape === undefined) return { receipt, loop: null, stills: { before: [], after: [] } };
  const [{ shots: first } = NOTHING, { shots: second } = NOTHING] = await Promise.all(
    LANES.map((lane) => {
      const { parcelFile } = [before, after][lane] ?? before;
      const of = { parcelFile, seed: tape.seed, isFollowed: false };
      return pages.on(lane, of, (page) => filmTape(page, tape, { aroundMs, seenFrom }));
    }),
  );
  const isOther = first.some((shot, at) => pointsApart(shot, second[at] ?? shot) >= SAME_POINTS);
  const loop = isOther ? await loopOf([first, second], seenFrom) : null;
  return {
    receipt,
    loop: loop?.toString('base64') ?? null,
    stills: { before: stillsOf(first), after: stillsOf(second) },
  };
}

/** The same moments of a game and of its change. */
export function pairsIn(compared: Compared | null): Pair[] {
  const { before = [], after = [] } = compared?.stills ?? {};
  return before.flatMap((shot, at): Pair[] => (after[at] ? [[shot, after[at]]] : []));
}

const middleOf = (tape: Tape | undefined): number => Math.round((tape?.forMs ?? 0) / 2);

/** Lines of the texts in the second parcel that the first has not. */
async function linesBetween(beforeFile: string, afterFile: string): Promise<Lines[]> {
  const before = await openParcelFile(beforeFile);
  const after = await openParcelFile(afterFile);
  const lines: Lines[] = [];
  for (const { path: file, after: made } of changedFiles(
    before.manifest.files,
    after.manifest.files,
  )) {
    if (made === null) continue;
    const [old, text] = await Promise.all([before, after].map((parcel) => parcel.read(file)));
    const now = text && textOf(text);
    if (now)
      lines.push(...newLines((old && textOf(old)) ?? '', now).map((each) => ({ file, ...each })));
  }
  return lines;
}

/** Lines that are in both lists. */
export function common(some: readonly Lines[], others: readonly Lines[]): Lines[] {
  return some
    .flatMap(({ file, from, to }) =>
      others
        .filter((other) => other.file === file && other.from <= to && from <= other.to)
        .map((other) => ({ file, from: Math.max(from, other.from), to: Math.min(to, other.to) })),
    )
    .slice(0, MAX_LINES);
}
