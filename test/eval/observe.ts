import { z } from 'zod';
import { BRIEF_FILE, readBrief, type GameBrief } from '../../src/contracts/game/brief.js';
import { judgingSummary } from '../../src/contracts/game/judging.js';
import { PlayReport, ScreenshotName, screenshotUrlOf } from '../../src/contracts/game/play.js';
import { languageOf } from '../../src/domain/text/language.js';
import { styleGuide } from '../../src/domain/styles/style-guides.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { createPlayRecords } from '../../src/objects/play-records.js';
import { createVersions, type Versions } from '../../src/versions/kept/versions.js';
import { moneyOf } from '../support/money.js';
import { playParcel } from '../support/played-game.js';
import { PlacesInMemory } from '../support/versions.js';
import { distanceToPalette, pointsOf } from './colours.js';
import { titleOf } from './edits.js';
import { seenIn, type Check } from './plays.js';
import type { Step } from './results.js';
import { isNearestTold } from './told.js';
import type { Answer, Attached, Maker } from './user.js';
import type { Wish } from './wishes.js';

const MAX_PLAYS = 3;
/** A play with this added to its seed is another one. */
const OTHER_CHANCE = 0x5eed;

/** A row keeps the screenshot of its play apart: a restore has that alone. */
const Rows = z.array(
  z.object({
    revision: z.string(),
    play: PlayReport.nullish(),
    screenshot: ScreenshotName.nullish(),
  }),
);
const Spent = z.array(z.object({ usd: z.coerce.number().nullable() }));

/** What a job has cost, whoever pays. */
export async function costOf({ stack, user }: Maker, { jobId }: Answer): Promise<number> {
  if (jobId === null) return 0;
  const rows = Spent.parse(await moneyOf(stack, user.id).of(jobId));
  return rows.reduce((sum, { usd }) => sum + (usd ?? 0), 0);
}

/** The version that a job made; null = none. */
export interface Made {
  readonly jobId: string;
  readonly revision: string;
  readonly play: PlayReport | null;
  /** Names what it looks like; null = nobody has seen it. */
  readonly screenshot: string | null;
}

export async function versionOf(maker: Maker, { jobId }: Answer): Promise<Made | null> {
  if (jobId === null) return null;
  const select = `revisions?job_id=eq.${jobId}&select=revision,play,screenshot`;
  const [row] = Rows.parse(await maker.rows(select));
  if (row === undefined) return null;
  const { revision, play = null, screenshot = null } = row;
  return { jobId, revision, play, screenshot };
}

/** What plays and judge have said of what a job made; null = nothing was played. */
export async function gameOf(
  maker: Maker,
  answer: Answer,
  wanted: readonly Check[],
): Promise<Step['game']> {
  const { jobId, repairs } = answer;
  if (jobId === null) return null;
  const records = createPlayRecords(createFileObjectStore(maker.stack.dataDir));
  const place = { userId: maker.user.id, projectId: maker.projectId, jobId };
  const plays = await Promise.all(
    Array.from({ length: MAX_PLAYS }, (_, at) => ({ ...place, play: at + 1 })).map(
      async (play) => ({
        report: await records.readReport(play),
        states: await records.readStates(play),
      }),
    ),
  );
  const made = await versionOf(maker, answer);
  const first = plays[0]?.report ?? made?.play ?? null;
  if (first === null) return null;
  // The seed of a play is its revision's.
  const chosen = plays.find(({ report }) => report !== null && report.seed === made?.play?.seed);
  const last = made?.play ?? first;
  const seen = seenIn(last, (chosen ?? plays[0])?.states ?? []);
  const judging = last.judging;
  return {
    repairs,
    first: first.verdict,
    last: last.verdict,
    findings: first.findings.map(({ code }) => code),
    falseAlarms: first.findings.length === 0 ? [] : await falseAlarmsIn(maker, jobId, first),
    seen,
    frameCpuMs: last.seen?.frameCpuMs ?? null,
    checks: Object.fromEntries(wanted.map((check) => [check, seen?.[check] ?? null])),
    judged: judging?.state === 'judged' ? judgingSummary(judging) : null,
  };
}

/** What the jobs of the stack have made: each is found by its job, without rows. */
function versionsOf({ stack }: Maker): Versions {
  return createVersions(createFileObjectStore(stack.dataDir), new PlacesInMemory());
}

/**
 * Findings that the same game does not show when it is played with another seed; null = it is not
 * there any more.
 */
async function falseAlarmsIn(
  maker: Maker,
  workId: string,
  report: PlayReport,
): Promise<string[] | null> {
  const { projectId } = maker;
  const versions = versionsOf(maker);
  const begins = report.seed.toString(16).padStart(8, '0');
  const made = await versions.candidates({ projectId, workId });
  const played = made.find(({ revision }) => revision.startsWith(begins));
  if (played === undefined) return null;
  const parcel = await versions.parcel({ projectId, workId, revision: played.revision });
  const again = await playParcel(parcel, (report.seed ^ OTHER_CHANCE) >>> 0);
  const known = new Set(again.findings.map(({ code }) => code));
  return report.findings.map(({ code }) => code).filter((code) => !known.has(code));
}

/** How what was made compares with the wish; null = nothing was made. */
export async function wishOf(
  maker: Maker,
  wish: Wish,
  { said, made, image }: { said: string; made: Made; image: Attached | null },
): Promise<Step['wish']> {
  const { projectId } = maker;
  const ref = { projectId, revision: made.revision, workId: made.jobId };
  const file = await versionsOf(maker).readFile(ref, BRIEF_FILE);
  const brief = file === null ? null : readBrief(file.toString('utf8'));
  const code = await maker.code();
  return {
    genre: { wanted: wish.genre, made: brief?.genre ?? null },
    isNearestTold: isNearestTold(said),
    styleDistance: await styleDistance(maker, made, paletteOf(wish, brief)),
    isStyleGiven: wish.style !== null,
    isTitleRead: [null, wish.language].includes(languageOf(titleOf(code))),
    isOwnGame: wish.kind === 'likeness' ? isOwnGame(wish, { code, said, brief }) : null,
    hasOwnImage: image && [image.url, image.file].some((text) => code.includes(text)),
  };
}

function paletteOf({ style }: Wish, brief: GameBrief | null): readonly string[] | null {
  const guide = style && styleGuide(style.dimension, style.styleId);
  const palette = guide?.palette ?? brief?.palette ?? null;
  return palette && Object.values(palette);
}

async function styleDistance(
  maker: Maker,
  { screenshot }: Made,
  palette: readonly string[] | null,
): Promise<number | null> {
  if (palette === null || screenshot === null) return null;
  const image = await maker.bytes(screenshotUrlOf(maker.projectId, screenshot));
  return distanceToPalette(await pointsOf(image), palette);
}

/** The known game's name stands in nothing that the player sees, and the player was told why. */
function isOwnGame(
  { about }: Wish,
  { code, said, brief }: { code: string; said: string; brief: GameBrief | null },
): boolean {
  const known = new RegExp(about ?? '(?!)', 'i');
  const likeness = brief?.likeness ?? null;
  return !known.test(titleOf(code)) && likeness !== null && said.includes(likeness);
}
