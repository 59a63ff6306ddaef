import { InvalidArgumentError, Option, type Command } from 'commander';
import { RERUN_STEPS } from '../../contracts/durable/rerun.js';
import { addCommand, printing, readId, type Answer } from '../options.js';
import { rerunAgain, type AgainOptions } from './again.js';
import { rerunRecorded, type RerunOptions } from './rerun.js';

/** The command that does a job, or one recorded attempt of it, once more. */
export function addRerunCommand(program: Command): void {
  addCommand(
    program,
    'rerun',
    "Does a job once more: as a new job in the operator's name, in a copy of the project as it " +
      'was. With --recorded one attempt of it, with the recorded answers of the model: no ' +
      'network, no cost, no change; exits 1 when it comes out otherwise, and says the first ' +
      'difference.',
    ['dreamcore rerun <job>', 'does it work now? The model is asked, and paid'],
    ['dreamcore rerun <job> --from play', 'what it made is played, judged, mended once more'],
    ['dreamcore rerun <job> --recorded', 'does it fail here as well?'],
    ['dreamcore rerun <job> --recorded --build 5e275b48baa9f451', 'and on the build before?'],
    ['dreamcore rerun <job> --recorded --keep', 'and what does it make?'],
  )
    .argument('<job>', 'its id; it ran here or, for --recorded, was imported', readId)
    .option('--as <user>', 'in the name of this user; OPERATOR_USER_ID when left out', readId)
    .addOption(
      new Option('--from <step>', 'from this step on; what comes before is taken from the job')
        .choices(RERUN_STEPS)
        .default('plan')
        .conflicts('recorded'),
    )
    .option('--recorded', 'with the recorded answers')
    .option('--attempt <n>', 'this attempt; the last one when it is left out', readAttempt)
    .option('--build <id>', 'by another build below dist/builds, as deploy status says it')
    .option('--keep', 'leave the copy where it is, and say where')
    .option('--json', 'the same as JSON')
    .action(
      printing(
        (
          id: string,
          options: RerunOptions & AgainOptions & { recorded?: true },
        ): Promise<string | Answer> =>
          options.recorded ? rerunRecorded(id, options) : rerunAgain(id, options),
      ),
    );
}

function readAttempt(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is not a number from 1.');
  return Number(text);
}
