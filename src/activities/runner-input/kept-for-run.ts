import type { GameBrief } from '../../contracts/game/brief.js';
import { spriteIdFor } from '../../contracts/base/ids.js';
import { SHEET_LIMIT, type PastFile } from '../../contracts/execution/runner.js';
import type { PlacedImage } from '../../domain/assets/attached-images.js';
import { warned, type Log } from '../../telemetry/log.js';
import type { ActionImages } from '../../objects/action-images.js';
import type { Screenshots } from '../../objects/screenshots.js';
import type { Tapes } from '../../objects/tapes.js';
import { gameTreeOf } from '../../versions/format/manifest.js';
import type { PlayRecords } from '../../objects/play-records.js';
import type { VersionReader } from '../../versions/kept/details.js';
import type { RunAgentInput } from '../ports/agent-port.js';
import type { Versions } from '../../versions/kept/versions.js';
import { keptBrief } from '../shared/projects/game-texts.js';
import { pastOf } from './past.js';
import { findLeft } from './run-versions.js';

/** What was kept of earlier work, for a run that goes on from it, which can do without. */
export interface KeptForRun {
  /**
   * What the play that a repair follows has seen, or of a change what its game looked like, base64;
   * null = nothing that can be shown.
   */
  readonly sheet: string | null;
  /** What the game that is changed threw on its owner's phone. */
  readonly errors: readonly string[];
  /** What the game that is changed was to become; null = a first game, or nothing is written. */
  readonly brief: GameBrief | null;
  /** Images of the player that the work begins with; a repair finds them in its candidate. */
  readonly attached: readonly KeptImage[];
  /** What a change may look up of the game's past. */
  readonly past: readonly PastFile[];
  /** The version that an earlier attempt at the same has left; null = the work begins anew. */
  readonly left: string | null;
}

/** An attached image and its bytes, base64. */
export interface KeptImage extends PlacedImage {
  readonly content: string;
}

export interface Keepers {
  readonly records: Pick<PlayRecords, 'readSheet'>;
  readonly versions: VersionReader & Pick<Versions, 'failed'>;
  readonly images: Pick<ActionImages, 'read'>;
  readonly tapes: Pick<Tapes, 'readErrors'>;
  readonly screenshots: Pick<Screenshots, 'read'>;
  readonly log: Log;
}

/** Reads the input of an attempt besides its spec. */
export async function keptForRun(keepers: Keepers, input: RunAgentInput): Promise<KeptForRun> {
  const { versions, log } = keepers;
  const { spec, repair, jobId } = input;
  const changed = spec.parent === null || repair ? null : { ...input, revision: spec.parent };
  const [sheet, errors, brief, attached, past, left] = await Promise.all([
    repair ? sheetFor(keepers, input, repair) : screenshotFor(keepers, input),
    changed ? errorsFor(keepers, changed) : [],
    changed && keptBrief(keepers, changed),
    attachedFor(keepers, input),
    changed
      ? pastOf(versions, changed).catch(
          warned(log, { jobId }, 'a change goes without the past of its game', []),
        )
      : [],
    input.attempt === 1
      ? null
      : findLeft(versions, input).catch(
          warned(log, { jobId }, 'what an earlier attempt has left is not there', null),
        ),
  ]);
  return { sheet, errors, brief, attached, past, left };
}

/** A run that has waited so long that an image is gone begins without it. */
async function attachedFor(
  { images, log }: Keepers,
  { spec, repair, jobId, userId }: RunAgentInput,
): Promise<KeptImage[]> {
  if (repair) return [];
  const kept = [];
  for (const image of spec.attached ?? []) {
    const content = await images.read(userId, spriteIdFor(jobId, image.name));
    if (content) kept.push({ ...image, content: content.toString('base64') });
    else log.warn({ jobId, name: image.name }, 'an attached image is kept no more');
  }
  return kept;
}

async function errorsFor(
  { versions, tapes, log }: Keepers,
  { jobId, ...version }: RunAgentInput & { revision: string },
): Promise<string[]> {
  return versions
    .describe(version)
    .then(({ manifest }) => tapes.readErrors(version, gameTreeOf(manifest.files)))
    .catch(warned(log, { jobId }, 'a change goes without what its game threw', []));
}

async function screenshotFor(
  { screenshots, log }: Keepers,
  { spec: { screenshot }, ...job }: RunAgentInput,
): Promise<string | null> {
  if (screenshot === undefined) return null;
  const { jobId } = job;
  const image = await screenshots
    .read(job, screenshot)
    .catch(warned(log, { jobId }, 'a change is not shown what its game looked like', null));
  return image?.toString('base64') ?? null;
}

async function sheetFor(
  { records, log }: Keepers,
  job: RunAgentInput,
  { play }: NonNullable<RunAgentInput['repair']>,
): Promise<string | null> {
  const { jobId } = job;
  const seen = await records
    .readSheet({ ...job, play })
    .catch(warned(log, { jobId }, 'a repair is not shown what the play has seen', null));
  const sheet = seen?.toString('base64');
  return sheet === undefined || sheet.length > SHEET_LIMIT ? null : sheet;
}
