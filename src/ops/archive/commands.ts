import path from 'node:path';
import type { Command } from 'commander';
import { keepFile } from '../../disk/durable-files.js';
import { addCommand, printing, readId, shown, type Output } from '../options.js';
import { readSettings } from '../settings.js';
import { collectParts } from './collect.js';
import { importFolder, placeParts } from './imported.js';
import { packParts, unpackParts } from './tar.js';

interface ExportOptions extends Output {
  readonly out?: string;
  readonly log?: string[];
}

/** Commands that move the artifacts of a job from one machine to another. */
export function addArchiveCommands(program: Command): void {
  addCommand(
    program,
    'export',
    'Writes all that is left of a job or action into one file: its row, chat, history, events, ' +
      'recordings, versions and log lines, without keys and tokens. It holds what its user wrote.',
    ['dreamcore export <job>', 'for another machine'],
    ['dreamcore export <job> --out /tmp/case.tar.gz', 'somewhere else'],
    ['dreamcore export <job> --log -', 'with lines piped in by `docker compose logs |`'],
  )
    .argument('<job>', 'its id', readId)
    .option('--out <file>', 'where to; dreamcore-<job>.tar.gz here when it is left out')
    .option('--log <files...>', 'logs of other hosts and containers; - reads standard input')
    .option('--json', 'what was written, as JSON')
    .action(printing(exportJob));
  addCommand(
    program,
    'import',
    'Takes an archive of `export` in, for show, replay and rerun; the product itself does not ' +
      'see it. It goes after two weeks, or with its folder.',
    ['dreamcore import dreamcore-<job>.tar.gz', 'then: dreamcore show <job>'],
    ['dreamcore import case.tar.gz --json | jq -r .folder', 'where its parts lie'],
  )
    .argument('<archive>', 'the file')
    .option('--json', 'where it lies, as JSON')
    .action(printing(importJob));
}

async function exportJob(id: string, options: ExportOptions): Promise<string> {
  const { parts, missing } = await collectParts(id, options);
  const bytes = await packParts(parts);
  const file = path.resolve(options.out ?? `dreamcore-${id}.tar.gz`);
  await keepFile(file, bytes, { mode: 0o600 });
  const sizes = [...parts].map(([name, part]) => ({ name, bytes: part.length }));
  const written = { file, bytes: bytes.length, parts: sizes, missing };
  return shown(written, options, () =>
    [
      `${file} (${bytes.length} bytes)`,
      ...sizes.map((part) => `  ${part.name} (${part.bytes} bytes)`),
      ...missing.map((what) => `not in it: ${what}`),
    ].join('\n'),
  );
}

async function importJob(archive: string, options: Output): Promise<string> {
  const { DATA_DIR } = readSettings(options.envFile).config;
  const { id, exportedAt } = await placeParts(DATA_DIR, await unpackParts(archive));
  const folder = importFolder(DATA_DIR, id);
  return shown({ id, exportedAt, folder }, options, () =>
    [
      `${id}, exported ${exportedAt}, lies in ${folder}`,
      ...['show', 'replay', 'rerun --recorded'].map((next) => `  npx dreamcore ${next} ${id}`),
    ].join('\n'),
  );
}
