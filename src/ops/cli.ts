import { program } from 'commander';
import { examine } from './doctor.js';

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
await program.parseAsync();
