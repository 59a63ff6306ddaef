import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { exists } from '../../disk/absent.js';
import { programArgs } from '../../process/programs.js';
import { addCommand, printing, readDays, readId } from '../options.js';
import { prepareServer } from '../prepare.js';
import type { ReplayOptions } from './options.js';

/** Commands about histories and the server that keeps them. */
export function addServerCommands(program: Command): void {
  addCommand(
    program,
    'replay',
    'Runs the history of a job or action through the workflows of a build. Exits 1 when they ' +
      'part, and says at which event and why.',
    ['dreamcore replay <job>', 'would the build that lies here go on with it?'],
    ['dreamcore replay <job> --build 5e275b48baa9f451', 'and the one before it?'],
  )
    .argument('<job>', 'its id', readId)
    .option('--build <id>', 'another build below dist/builds, as deploy status says it')
    .option('--json', 'the same as JSON')
    .action(replay);
  addCommand(
    program,
    'prepare',
    'Makes what a Temporal server lacks: the namespace and the search attributes. May be repeated.',
    ['dreamcore prepare', 'before the first start beside a server of your own'],
    ['dreamcore doctor', 'says what is missing, and changes nothing'],
  )
    .option('--retention <days>', 'how long a new namespace keeps closed workflows', readDays, 14)
    .action(printing(prepareServer));
}

/** Runs in a process of its own, with the packages of a worker. */
async function replay(id: string, options: Omit<ReplayOptions, 'id'>): Promise<void> {
  const args = programArgs('replay-history');
  if (!(await exists(args.at(-1) ?? '')))
    throw new Error('This image cannot replay: run it in the image of the worker.');
  const asked = JSON.stringify({ ...options, id });
  const child = spawn(process.execPath, [...args, asked], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
