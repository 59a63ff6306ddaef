import type { Command } from 'commander';
import { describeFinding } from '../checks/finding.js';
import { checkBucketOwner, checkObjects } from '../checks/objects.js';
import { createFileObjectStore } from '../objects/file-object-store.js';
import type { ObjectStore } from '../objects/object-store.js';
import { openBucket, placeOfObject } from '../objects/open.js';
import { pushObjects, type PushReport } from '../objects/push.js';
import { addCommand, printing, shown, type Answer, type Output } from './options.js';
import { ownPlaces } from './server-checks.js';
import { readSettings, type Settings } from './settings.js';

interface PushOptions extends Output {
  readonly dryRun?: boolean;
}

/** `npx dreamcore objects …`: the store of what is kept. */
export function addObjectsCommands(program: Command): void {
  const objects = program
    .command('objects')
    .description('What is kept: from the disk into a bucket.');
  addCommand(
    objects,
    'push',
    'Puts what lies below DATA_DIR/objects into the bucket of OBJECTS_URL, unless it is there. ' +
      'Removes nothing; may be interrupted and run again. Exits 1 when something is not there.',
    ['dreamcore objects push --dry-run', 'how much is it?'],
    ['dreamcore objects push', 'while the product runs, and once more when it is stopped'],
  )
    .option('--dry-run', 'print what would be put')
    .option('--json', 'the numbers, as JSON')
    .action(printing(push));
  addCommand(
    objects,
    'verify',
    'Compares each object below DATA_DIR/objects with that in the bucket, byte for byte. Changes ' +
      'nothing. Exits 1 when one is not there, or is another.',
    ['dreamcore objects verify', 'before the folder is removed'],
  )
    .option('--json', 'the numbers, as JSON')
    .action(printing(verify));
}

async function push(options: PushOptions): Promise<Answer> {
  const settings = readSettings(options.envFile);
  const { from, to } = openBoth(settings);
  const places = await ownPlaces(settings);
  const isDry = options.dryRun ?? false;
  const found = await (isDry ? checkBucketOwner(places) : checkObjects(places));
  if (found?.verdict === 'missing') throw new Error(describeFinding(found));
  const report = await pushObjects(from, to, { isDry });
  const isWhole = report.problems.length === 0;
  if (isWhole && !isDry) await checkBucketOwner(places, { isMarked: true });
  const text = shown({ ...report, isDry }, options, () =>
    renderPush(report, placeOfObject(settings.config, null), isDry),
  );
  return { text, exitCode: isWhole ? 0 : 1 };
}

async function verify(options: Output): Promise<Answer> {
  const settings = readSettings(options.envFile);
  const { from, to } = openBoth(settings);
  const { looked, pushed, problems } = await pushObjects(from, to, { isDry: true, isDeep: true });
  const told = { looked, missing: pushed, problems };
  const text = shown(told, options, () =>
    [...problems, `${looked} object(s) compared, ${pushed} not in the bucket as here.`].join('\n'),
  );
  return { text, exitCode: pushed + problems.length === 0 ? 0 : 1 };
}

function openBoth({ config }: Settings): { from: ObjectStore; to: ObjectStore } {
  const to = openBucket(config);
  if (to === null) throw new Error('Set OBJECTS_URL and its keys: they name the bucket.');
  return { from: createFileObjectStore(config.DATA_DIR), to };
}

function renderPush(report: PushReport, place: string, isDry: boolean): string {
  const { looked, pushed, pushedBytes, problems } = report;
  const mib = (pushedBytes / 1024 ** 2).toFixed(1);
  const sum =
    `${looked} object(s) looked at, ${pushed} (${mib} MiB) put into ${place}, ` +
    `${problems.length} with a problem.`;
  return [...problems, isDry ? `${sum} Nothing was changed.` : sum].join('\n');
}
