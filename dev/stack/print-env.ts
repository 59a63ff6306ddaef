import { program } from 'commander';
import { livePids } from './pids.js';
import { messageOf } from '../../src/contracts/base/errors.js';
import { readSettings } from '../../src/ops/settings.js';
import { readStackFile } from '../../src/ops/stack-file.js';

/**
 * `npm run env`: the running stack as KEY=VALUE lines; a part that does not run, or is a real
 * service elsewhere, has an empty pid.
 */
async function runningStack(envFile: string | undefined): Promise<[string, string][]> {
  const { env, config } = readSettings(envFile);
  const pids = await livePids(config.DATA_DIR);
  if (pids.every(([, pid]) => pid === null))
    throw new Error(
      `No DreamCore stack is running with DATA_DIR ${config.DATA_DIR}. Start it with npm start.`,
    );
  const stack = await readStackFile(config.DATA_DIR);
  if (!stack)
    throw new Error(
      `No DreamCore stack is running: ${config.DATA_DIR}/stack.json is missing or cannot be read.`,
    );
  const known = { ...env, ...stack.provided };
  return [
    ['BASE_URL', stack.baseUrl],
    ...(
      [
        'SUPABASE_URL',
        'SUPABASE_ANON_KEY',
        'SUPABASE_SERVICE_ROLE_KEY',
        'TEMPORAL_ADDRESS',
      ] as const
    ).map((name): [string, string] => [name, known[name] ?? '']),
    [
      'TEMPORAL_UI_URL',
      stack.provided.TEMPORAL_ADDRESS ? `http://127.0.0.1:${stack.ports.temporalUi}` : '',
    ],
    ...pids.map(([part, pid]): [string, string] => [
      `${part.toUpperCase()}_PID`,
      pid === null ? '' : String(pid),
    ]),
    ['DATA_DIR', config.DATA_DIR],
  ];
}

program
  .name('npm run env --')
  .option('--env-file <file>', 'read variables from this file instead of .env')
  .parse();
try {
  const lines = await runningStack(program.opts<{ envFile?: string }>().envFile);
  process.stdout.write(lines.map(([key, value]) => `${key}=${value}\n`).join(''));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
