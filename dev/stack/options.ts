import { InvalidArgumentError, program } from 'commander';
import { SELECTABLE_PARTS, type SelectablePart } from './plan.js';

/** Options of `npm start -- …` and `npm run dev -- …`. */
export interface Options {
  readonly only?: SelectablePart;
  readonly without: SelectablePart[];
  readonly leaveDown: SelectablePart[];
  readonly modalEmulator: boolean;
  readonly fresh: boolean;
  readonly watch: boolean;
  readonly inspect?: SelectablePart;
  readonly envFile?: string;
  readonly stopWithParent: boolean;
}

/** Reads `process.argv`; ends the process with a sentence when it makes no sense. */
export function readOptions(): Options {
  program
    .name('npm start --')
    .description(
      'Brings up DreamCore on this machine. What is not configured is embedded: database, ' +
        'Temporal, demo model.',
    )
    .option('--only <part>', `run one part alone: ${SELECTABLE_PARTS.join(', ')}`, partName)
    .option('--without <parts>', 'run all but these (separated by commas)', partNames, [])
    .option('--leave-down <parts>', 'do not start these again when they end', partNames, [])
    .option(
      '--modal-emulator',
      'run the functions through a local stand-in for Modal (isolates nothing, has no GPU)',
      false,
    )
    .option('--fresh', 'remove the embedded database and everything made with it first', false)
    .option('--watch', 'rebuild when sources change, restart the parts that changed', false)
    .option('--inspect <part>', 'let a debugger attach to a part (127.0.0.1:9229)', partName)
    .option('--env-file <file>', 'read variables from this file instead of .env')
    .option('--stop-with-parent', 'stop when standard input ends', false);
  program.parse();
  return program.opts<Options>();
}

function partName(value: string): SelectablePart {
  const part = SELECTABLE_PARTS.find((name) => name === value);
  if (!part) throw new InvalidArgumentError(`Parts are ${SELECTABLE_PARTS.join(', ')}.`);
  return part;
}

const partNames = (value: string): SelectablePart[] =>
  value.split(',').map((name) => partName(name.trim()));
