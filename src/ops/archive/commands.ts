import path from 'node:path';
import type { Command } from 'commander';
import { keepFile } from '../../disk/durable-files.js';
import { ENV_FILE, examples, readId, say } from '../options.js';
import { readSettings } from '../settings.js';
import { collectParts } from './collect.js';
import { importFolder, placeParts } from './imported.js';
import { packParts, unpackParts } from './tar.js';

interface ExportOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly envFile?: string;
}

/** Commands that take what a job left from one machine to another. */
export function addArchiveCommands(program: Command): void {
  program
    .command('export')
    .description(
      'Writes all that is left of a job or action into one file: its row, chat, history, events, ' +
        'recordings, commits and log lines, without keys and tokens. It holds what its user wrote.',
    )
    .argument('<job>', 'its id', readId)
    .option('--out <file>', 'where to; dreamcore-<job>.tar.gz here when it is left out')
    .option('--json', 'what was written, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore export <job>', 'for another machine'],
        ['dreamcore export <job> --out /tmp/case.tar.gz', 'somewhere else'],
      ),
    )
    .action(async (id: string, options: ExportOptions) => say(await exportJob(id, options)));
  program
    .command('import')
    .description(
      'Takes an archive of `export` in, for show, replay and rerun; the product itself does not ' +
        'see it. It goes after two weeks, or with its folder.',
    )
    .argument('<archive>', 'the file')
    .option('--json', 'where it lies, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore import dreamcore-<job>.tar.gz', 'then: dreamcore show <job>'],
        ['dreamcore import case.tar.gz --json | jq -r .folder', 'where its parts lie'],
      ),
    )
    .action(async (file: string, options: ExportOptions) => say(await importJob(file, options)));
}

async function exportJob(id: string, { out, json, envFile }: ExportOptions): Promise<string> {
  const { parts, missing } = await collectParts(id, envFile);
  const bytes = await packParts(parts);
  const file = path.resolve(out ?? `dreamcore-${id}.tar.gz`);
  await keepFile(file, bytes, { mode: 0o600 });
  const sizes = [...parts].map(([name, part]) => ({ name, bytes: part.length }));
  if (json) return JSON.stringify({ file, bytes: bytes.length, parts: sizes, missing }, null, 2);
  return [
    `${file} (${bytes.length} bytes)`,
    ...sizes.map((part) => `  ${part.name} (${part.bytes} bytes)`),
    ...missing.map((what) => `not in it: ${what}`),
  ].join('\n');
}

async function importJob(archive: string, { json, envFile }: ExportOptions): Promise<string> {
  const { DATA_DIR } = readSettings(envFile).config;
  const { id, exportedAt } = await placeParts(DATA_DIR, await unpackParts(archive));
  const folder = importFolder(DATA_DIR, id);
  if (json) return JSON.stringify({ id, exportedAt, folder }, null, 2);
  return [
    `${id}, exported ${exportedAt}, lies in ${folder}`,
    ...['show', 'replay', 'rerun --recorded'].map((next) => `  npx dreamcore ${next} ${id}`),
  ].join('\n');
}
