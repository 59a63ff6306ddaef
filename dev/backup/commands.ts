import { InvalidArgumentError, type Command } from 'commander';
import { addCommand, printing, readLimit } from '../../src/ops/options.js';
import { makeBackup } from './backup.js';
import { restoreBackup } from './restore.js';

/** One every four minutes, for a day. */
const KEEP = 360;

/** Commands for the embedded stack; hosted services have backups of their own. */
export function addBackupCommands(program: Command): void {
  addCommand(
    program,
    'backup',
    'Backs up the embedded stack while it runs: database, objects, workflows, secrets. Only what ' +
      'is new is copied; run it every four minutes.',
    ['dreamcore backup /mnt/backups', 'now'],
    ['dreamcore backup /mnt/backups --keep 360', 'every four minutes, by cron: a day'],
  )
    .argument('[folder]', 'on another disk; beside DATA_DIR when left out')
    .option('--keep <n>', 'backups that stay', readLimit, KEEP)
    .option('--json', 'what was backed up, as JSON')
    .action(printing(makeBackup));
  addCommand(
    program,
    'restore',
    'Puts a backup into an empty DATA_DIR, as it was then or at a moment since. House-keeping ' +
      'removes nothing until dreamcore verify is clean.',
    ['dreamcore restore /mnt/backups', 'the newest'],
    ['dreamcore restore /mnt/backups --to 2026-11-30T09:55:00Z', 'a moment between two of them'],
  )
    .argument('<backup>', 'a folder of backups, or one of its backups')
    .option('--to <time>', 'the moment, with its time zone', readTime)
    .action(printing(restoreBackup));
}

function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !/(Z|[+-]\d\d:?\d\d)$/.test(text))
    throw new InvalidArgumentError('It is no time with a zone, as 2026-11-30T09:55:00Z.');
  return time;
}
