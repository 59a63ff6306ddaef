import { InvalidArgumentError, program } from 'commander';
import { createLog, type Log } from '../../src/log.js';
import { partRunners, type PartFacts } from './parts.js';
import { clearPid, writePid } from './pids.js';
import {
  missingForProduction,
  planStack,
  SELECTABLE_PARTS,
  type Part,
  type Plan,
  type SelectablePart,
  type Selection,
} from './plan.js';
import { clearOrphans, prepareStack, refuseSecondLauncher, refuseTakenPort } from './prepare.js';
import { readSettings } from '../../src/ops/settings.js';
import { Supervisor } from './supervisor.js';

interface Options {
  readonly only?: SelectablePart;
  readonly without: SelectablePart[];
  readonly leaveDown: SelectablePart[];
  readonly modalEmulator: boolean;
  readonly envFile?: string;
  readonly stopWithParent: boolean;
}

/**
 * A second Ctrl-C within this time is the first one, heard twice: npm passes on what the terminal
 * has sent already.
 */
const SAME_PRESS_MS = 1_000;

/**
 * `npm start`: brings up the whole stack, or one part of it, and keeps it up until it is told to
 * stop. Returns the exit code.
 */
async function main(options: Options): Promise<number> {
  const settings = readSettings(options.envFile);
  const selection: Selection = {
    only: options.only,
    without: options.without,
    modalEmulator: options.modalEmulator,
  };
  const missing = missingForProduction(settings.env, selection);
  if (missing.length > 0)
    throw new Error(
      `NODE_ENV=production uses real services only. Still to be set:\n${missing.map((line) => `  ${line}`).join('\n')}`,
    );
  const plan = planStack(settings.env, selection);
  const log = createLog('start');
  if (options.modalEmulator) sayWhatModalIs(plan, log);
  const { DATA_DIR, NODE_ENV, PUBLIC_URL } = settings.config;
  // In production other machines may share DATA_DIR: the pids in it are not all ours to judge.
  if (NODE_ENV !== 'production') {
    if (!selection.only) await refuseSecondLauncher(DATA_DIR, PUBLIC_URL);
    await clearOrphans(DATA_DIR, plan.parts, log);
  }
  if (plan.parts.includes('api')) await refuseTakenPort(settings);
  const facts = await prepareStack(settings, plan, selection, log);
  const supervisor = new Supervisor(partRunners(facts, plan.parts), {
    dataDir: DATA_DIR,
    log,
    leftDown: selection.only ? plan.parts : withPostgres(options.leaveDown),
  });
  const stopAsked = stopRequest(options.stopWithParent, supervisor, () =>
    log.info('stopping everything in order; Ctrl-C again kills it at once'),
  );
  if (!selection.only) await writePid(DATA_DIR, 'launcher', process.pid);
  try {
    await Promise.race([supervisor.startAll(), stopAsked]);
    process.stdout.write(`${readyLine(facts, plan, selection)}\n`);
    return await Promise.race([
      stopAsked,
      selection.only ? supervisor.firstEnd.then(() => 1) : stopAsked,
    ]);
  } finally {
    await supervisor.stopAll();
    if (!selection.only) await clearPid(DATA_DIR, 'launcher', process.pid);
  }
}

/**
 * Resolves with the exit code when the first Ctrl-C, SIGTERM or end of our parent asks for a stop;
 * the next one kills everything.
 */
function stopRequest(
  stopWithParent: boolean,
  supervisor: Supervisor,
  onAsked: () => void,
): Promise<number> {
  return new Promise((resolve) => {
    let askedAt = 0;
    const ask = (): void => {
      if (askedAt === 0) {
        askedAt = Date.now();
        onAsked();
        resolve(0);
      } else if (Date.now() - askedAt > SAME_PRESS_MS) {
        supervisor.killAll();
        process.exit(130);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    if (stopWithParent) process.stdin.resume().once('end', ask).once('error', ask);
  });
}

/** The one line that tells where everything is and what of it is not real. */
function readyLine(facts: PartFacts, plan: Plan, selection: Selection): string {
  if (selection.only) return `${selection.only} is ready.`;
  const { config, ports, env } = facts;
  const temporal = plan.embedded.temporal
    ? `Temporal UI: http://127.0.0.1:${ports.temporalUi}`
    : `Temporal: ${env.TEMPORAL_ADDRESS ?? ''}`;
  const demo = plan.embedded.demo
    ? 'DEMO: the AI model (set ANTHROPIC_API_KEY for the real one)'
    : 'nothing is DEMO';
  const absent =
    selection.without.length > 0 ? [`not started: ${selection.without.join(', ')}`] : [];
  const modal = facts.modal ? ['MODAL EMULATOR: no isolation, no GPU'] : [];
  return [`DreamCore is ready: ${config.PUBLIC_URL}`, temporal, demo, ...modal, ...absent].join(
    ' | ',
  );
}

function sayWhatModalIs(plan: Plan, log: Log): void {
  if (plan.embedded.modal)
    log.warn(
      'the Modal emulator isolates nothing and has no GPU: functions are processes of this machine, with the rights of this account',
    );
  else log.warn('MODAL_TOKEN_ID is set: work goes to the real Modal, the emulator is not started');
}

function withPostgres(parts: readonly SelectablePart[]): Part[] {
  return parts.flatMap((part): Part[] => (part === 'supabase' ? ['postgres', 'supabase'] : [part]));
}

function partName(value: string): SelectablePart {
  const part = SELECTABLE_PARTS.find((name) => name === value);
  if (!part) throw new InvalidArgumentError(`Parts are ${SELECTABLE_PARTS.join(', ')}.`);
  return part;
}

const partNames = (value: string): SelectablePart[] =>
  value.split(',').map((name) => partName(name.trim()));

program
  .name('npm start --')
  .description(
    'Brings up DreamCore on this machine. What is not configured is embedded: database, Temporal, demo model.',
  )
  .option('--only <part>', `run one part alone: ${SELECTABLE_PARTS.join(', ')}`, partName)
  .option('--without <parts>', 'run all but these (separated by commas)', partNames, [])
  .option('--leave-down <parts>', 'do not start these again when they end', partNames, [])
  .option(
    '--modal-emulator',
    'run the functions through a local stand-in for Modal (isolates nothing, has no GPU)',
    false,
  )
  .option('--env-file <file>', 'read variables from this file instead of .env')
  .option('--stop-with-parent', 'stop when standard input ends', false);
program.parse();
main(program.opts<Options>()).then(
  (code) => {
    process.exitCode = code;
    process.stdin.pause();
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
