import { InvalidArgumentError, type Command } from 'commander';
import { ENV_FILE, examples, readId, say } from '../options.js';
import { rerunRecorded, type RerunOptions } from './rerun.js';

/** The command that does an attempt once more. */
export function addRerunCommand(program: Command): void {
  program
    .command('rerun')
    .description(
      'Does an attempt of a job once more with the recorded answers of the model, in a copy at ' +
        'the version that it started from: no network, no cost, no change. Exits 1 when it comes ' +
        'out otherwise, and says the first difference.',
    )
    .argument('<job>', 'its id; it ran here or was imported', readId)
    .requiredOption('--recorded', 'with the recorded answers')
    .option('--attempt <n>', 'this attempt; the last one when it is left out', readAttempt)
    .option('--build <id>', 'by another build below dist/builds, as deploy status says it')
    .option('--keep', 'leave the copy where it is, and say where')
    .option('--json', 'the same as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore rerun <job> --recorded', 'does it fail here as well?'],
        ['dreamcore rerun <job> --recorded --build 5e275b48baa9f451', 'and on the build before?'],
        ['dreamcore rerun <job> --recorded --keep', 'and what does it make?'],
      ),
    )
    .action(async (id: string, options: RerunOptions) => {
      const { text, exitCode } = await rerunRecorded(id, options);
      say(text);
      process.exitCode = exitCode;
    });
}

function readAttempt(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It is not a number from 1.');
  return Number(text);
}
