import path from 'node:path';
import { createLog, type Log } from '../../src/telemetry/log.js';
import { keepFilesPrivate } from '../../src/disk/private-files.js';
import { builtFile } from '../../src/process/programs.js';
import { holdBuild, keepBuildFor } from '../build/builds.js';
import { followSources } from './development.js';
import { beginAnew, refuseFresh } from './fresh.js';
import { OlderBuilds } from './older-builds.js';
import { readOptions, type Options } from './options.js';
import type { PartFacts } from './part-env.js';
import { partRunners } from './parts.js';
import { clearPid, writePid } from './pids.js';
import {
  missingForProduction,
  planStack,
  type Part,
  type Plan,
  type SelectablePart,
  type Selection,
} from './plan.js';
import { clearOrphans, prepareStack, refuseSecondLauncher, refuseTakenPort } from './prepare.js';
import { readSettings, type Settings } from '../../src/ops/settings.js';
import { StopRequests } from './stop-requests.js';
import { Supervisor } from './supervisor.js';

/** What one start was asked for, and what follows from it. */
interface Launch {
  readonly plan: Plan;
  readonly selection: Selection;
  readonly options: Options;
  readonly log: Log;
}

/**
 * `npm start`: brings up the whole stack, or one part of it, and keeps it up until a signal stops
 * it. Returns the exit code.
 */
async function main(options: Options): Promise<number> {
  keepFilesPrivate();
  const settings = settingsOf(options);
  const { only, without, modalEmulator } = options;
  const selection: Selection = { only, without, modalEmulator };
  refuseIncomplete(settings, selection);
  if (options.fresh) refuseFresh(settings.env);
  const plan = planStack(settings.env, selection);
  const log = createLog('start');
  if (modalEmulator) sayWhatModalIs(plan, log);
  await clearTheWay(settings, plan, selection, log);
  const { DATA_DIR } = settings.config;
  if (options.fresh) await beginAnew(DATA_DIR, log);
  const build = { dir: path.dirname(builtFile('launcher.js')) };
  await holdBuild(build.dir);
  await keepBuildFor(build.dir, DATA_DIR);
  const prepared = await prepareStack(settings, plan, selection, log);
  const facts: PartFacts = { ...prepared, build, inspected: options.inspect };
  const supervisor = new Supervisor(partRunners(facts, plan.parts), {
    dataDir: DATA_DIR,
    log,
    leftDown: only ? plan.parts : withPostgres(options.leaveDown),
  });
  return runUntilAsked(supervisor, facts, { plan, selection, options, log });
}

/** From the first start to the last stop. Returns the exit code. */
async function runUntilAsked(
  supervisor: Supervisor,
  facts: PartFacts,
  { plan, selection, options, log }: Launch,
): Promise<number> {
  const { DATA_DIR } = facts.config;
  const stopped = new AbortController();
  let olderBuilds: OlderBuilds | null = null;
  const stop = new StopRequests({
    log,
    withParent: options.stopWithParent,
    graceMs: plan.parts.includes('worker') ? facts.config.SHUTDOWN_GRACE_MS : null,
    killAll: () => supervisor.killAll(),
  });
  const stopAsked = stop.asked.then(() => 0);
  if (!selection.only) await writePid(DATA_DIR, 'launcher', process.pid);
  try {
    const isUp = await Promise.race([
      supervisor.startAll().then(() => true),
      stop.asked.then(() => false),
    ]);
    if (!isUp) return 0;
    if (plan.parts.includes('worker')) olderBuilds = new OlderBuilds(facts);
    process.stdout.write(`${readyLine(facts, plan, selection)}\n`);
    if (options.watch)
      void followSources(supervisor, facts.build, plan.parts, { log, signal: stopped.signal });
    return await Promise.race([
      stopAsked,
      selection.only ? supervisor.firstEnd.then(() => 1) : stopAsked,
    ]);
  } finally {
    stopped.abort();
    await stop.whileFinishing((handOver) =>
      Promise.all([olderBuilds?.stop(handOver), supervisor.finish('worker', handOver)]),
    );
    await supervisor.stopAll();
    if (!selection.only) await clearPid(DATA_DIR, 'launcher', process.pid);
  }
}

/** All builds of `npm run dev` have one name: a run meets whatever code is there (I1). */
function settingsOf({ envFile, watch }: Options): Settings {
  const { env, config } = readSettings(envFile);
  return watch ? { env: { BUILD_ID: 'dev', ...env }, config } : { env, config };
}

function refuseIncomplete({ env }: Settings, selection: Selection): void {
  const missing = missingForProduction(env, selection);
  if (missing.length > 0)
    throw new Error(
      'NODE_ENV=production uses real services only. Still to be ' +
        `set:\n${missing.map((line) => `  ${line}`).join('\n')}`,
    );
}

/** Makes sure that nothing runs which would be in the way; ends what a killed launcher has left. */
async function clearTheWay(
  settings: Settings,
  plan: Plan,
  { only }: Selection,
  log: Log,
): Promise<void> {
  const { DATA_DIR, NODE_ENV, PUBLIC_URL } = settings.config;
  // In production other machines may share DATA_DIR: the pids in it are not all ours to judge.
  if (NODE_ENV !== 'production') {
    if (!only) await refuseSecondLauncher(DATA_DIR, PUBLIC_URL);
    await clearOrphans(DATA_DIR, plan.parts, log);
  }
  if (plan.parts.includes('api')) await refuseTakenPort(settings);
}

/** The one line with the addresses, and with the parts that are stand-ins. */
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
      'the Modal emulator isolates nothing and has no GPU: functions are processes of this ' +
        'machine, with the rights of this account',
    );
  else log.warn('MODAL_TOKEN_ID is set: work goes to the real Modal, the emulator is not started');
}

function withPostgres(parts: readonly SelectablePart[]): Part[] {
  return parts.flatMap((part): Part[] => (part === 'supabase' ? ['postgres', 'supabase'] : [part]));
}

main(readOptions()).then(
  (code) => {
    process.exitCode = code;
    process.stdin.pause();
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
