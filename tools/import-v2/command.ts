import { Command } from 'commander';
import { addCommand, printing } from '../../src/ops/options.js';
import { importV2 } from './import.js';

/** `dreamcore` with the one command of this tool. */
export function createImportProgram(): Command {
  const program = new Command('dreamcore');
  addCommand(
    program,
    'import-v2',
    'Adopts the data folder of a DreamCore V2 next to its database; may be run again. Exits 1 ' +
      'when something could not be taken.',
    ['dreamcore import-v2 /srv/v2/data --dry-run', 'what would be taken?'],
    ['dreamcore import-v2 /srv/v2/data --json | jq .problems', 'what could not be taken?'],
  )
    .argument('<data-dir>', 'the folder with "users" in it, V2\'s DATA_DIR')
    .option('--dry-run', 'say what would be taken')
    .option('--user <id>', 'one user only')
    .option('--json', 'the report as JSON')
    .action(printing(importV2));
  return program;
}
