import { InvalidArgumentError, program } from 'commander';
import { examine } from './doctor.js';
import { reportUsage } from './usage.js';

/** The commands of `npx dreamcore`. */
program.name('dreamcore').description('Tools for whoever runs DreamCore.');
program
  .command('doctor')
  .description('Says what is there, what is missing, and how to get it. Exits 1 when something required is missing.')
  .option('--env-file <file>', 'read variables from this file instead of .env')
  .action(async ({ envFile }: { envFile?: string }) => {
    const { text, exitCode } = await examine(envFile);
    process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
  });
program
  .command('usage')
  .description('Who spent what: per day, backend and user.')
  .option('--user <id>', 'one user only')
  .option('--days <n>', 'so many days, today included', readDays, 7)
  .option('--env-file <file>', 'read variables from this file instead of .env')
  .action(async (options: { envFile?: string; user?: string; days: number }) => {
    process.stdout.write(`${await reportUsage(options)}\n`);
  });

function readDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 366) throw new InvalidArgumentError('a number of days from 1 to 366');
  return days;
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
