import { Argument, Command, InvalidArgumentError } from 'commander';
import { Backend } from '../contracts/backends.js';
import { moveBackend, type BackendOptions } from './backend.js';
import { deployCurrent, deployRamp, deployStatus, type DeployOptions } from './deploy.js';
import { examine, type DevelopmentChecks } from './doctor.js';
import { syncStores, type SyncOptions } from './sync.js';
import { addArchiveCommands } from './archive/commands.js';
import { addJobCommands } from './jobs/commands.js';
import { addServerCommands } from './replay/commands.js';
import { addRerunCommand } from './rerun/commands.js';
import { ENV_FILE, examples, readDays, readId, readUsd, say } from './options.js';
import { upgradeWork } from './upgrade.js';
import { reportUsage, settleUsage, type SettleOptions, type UsageOptions } from './usage.js';

/** Every command. `development` adds the checks of a checkout with its stack to `doctor`. */
export function createProgram(development: DevelopmentChecks | null): Command {
  const program = new Command('dreamcore')
    .description('Commands for operators of DreamCore.')
    .addHelpText('after', '\nData of a DreamCore V2: npx dreamcore import-v2 --help');
  addDoctor(program, development);
  addJobCommands(program);
  addServerCommands(program);
  addArchiveCommands(program);
  addRerunCommand(program);
  addUsage(program);
  addSync(program);
  addBackend(program);
  addDeploy(program);
  addUpgrade(program);
  return program;
}

function addDoctor(program: Command, development: DevelopmentChecks | null): void {
  program
    .command('doctor')
    .description(
      'Says what is there, what is missing, and how to get it. Exits 1 when something ' +
        'required is missing.',
    )
    .option('--json', 'what was found, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore doctor', 'before the first start, or when in doubt'],
        [
          `dreamcore doctor --json | jq '.[].findings[] | select(.verdict == "missing")'`,
          'only what is missing',
        ],
      ),
    )
    .action(async (options: { envFile?: string; json?: boolean }) => {
      const { text, exitCode } = await examine(options, development);
      say(text);
      process.exitCode = exitCode;
    });
}

function addUpgrade(program: Command): void {
  program
    .command('upgrade')
    .description(
      'Ends work that is open on builds which cannot work with this version of the data: what ' +
        'has spent nothing starts again, the rest fails as UPGRADED. Stop their workers first.',
    )
    .option(...ENV_FILE)
    .addHelpText('after', examples(['dreamcore upgrade', 'before the migrations of a new version']))
    .action(async (options: { envFile?: string }) => say(await upgradeWork(options)));
}

function addUsage(program: Command): void {
  const usage = program
    .command('usage')
    .description('Who spent what: per day, backend and user.')
    .option('--user <id>', 'one user only')
    .option('--days <n>', 'so many days, today included', readDays, 7)
    .option('--json', 'the rows behind it, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore usage', 'this week'],
        ['dreamcore usage --days 1 --json | jq .spentTodayUsd', 'for programs'],
      ),
    )
    .action(async (options: UsageOptions) => say(await reportUsage(options)));
  usage
    .command('settle')
    .description(
      'Sets what an attempt, step or text that has ended counts with; writes an audit line.',
    )
    .argument('<call>', 'as dreamcore show lists it: <job>.<attempt>')
    .requiredOption('--usd <amount>', 'what it cost, US dollars', readUsd)
    .option('--reason <words>', 'for the audit log', 'corrected by hand')
    .option('--as <user>', 'in the name of this user; OPERATOR_USER_ID when left out', readId)
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(['dreamcore usage settle <job>.1 --usd 0', 'the model has answered nothing']),
    )
    .action(async (call: string, _own: unknown, command: Command) =>
      // --env-file is taken by the parent, which has it, too.
      say(await settleUsage(call, command.optsWithGlobals<SettleOptions>())),
    );
}

function addSync(program: Command): void {
  program
    .command('sync')
    .description(
      'Compares mirror and Volumes and brings them level, never overwriting; without Modal, rows ' +
        'with DATA_DIR. Exits 1 when a problem remains.',
    )
    .option('--user <id>', 'the projects of one user')
    .option('--project <id>', 'one project')
    .option('--all', 'all projects')
    .option('--dry-run', 'say what would be done')
    .option('--json', 'what was found and done, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore sync --all --dry-run', 'what differs?'],
        ['dreamcore sync --project <id>', 'bring one project level'],
        ['dreamcore sync --all --dry-run --json | jq .problems', 'for an alarm'],
      ),
    )
    .action(async (options: SyncOptions) => {
      const { text, exitCode } = await syncStores(options);
      say(text);
      process.exitCode = exitCode;
    });
}

function addBackend(program: Command): void {
  program
    .command('backend')
    .description('Shows where work is done, or moves it; running jobs follow at their next step.')
    .addArgument(new Argument('[to]', 'where work is done from now on').choices(Backend.options))
    .option('--share <percent>', 'of the users whose work is done on Modal', readPercent)
    .option('--json', 'the switch and the breaker, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore backend', 'where is work done, and is the breaker open?'],
        ['dreamcore backend local', 'away from Modal, now'],
        ['dreamcore backend modal --share 10', 'for a tenth of the users'],
      ),
    )
    .action(async (to: Backend | undefined, options: Omit<BackendOptions, 'to'>) =>
      say(await moveBackend({ ...options, ...(to === undefined ? {} : { to }) })),
    );
}

function addDeploy(program: Command): void {
  const deploy = program
    .command('deploy')
    .description(
      'Builds of the workers: which one new runs start on, and what the others still do.',
    );
  deploy
    .command('status')
    .description('Lists the builds, whether workers run them, and their running workflows.')
    .option('--json', 'the same as JSON')
    .option(...ENV_FILE)
    .addHelpText('after', examples(['dreamcore deploy status', 'which build is current?']))
    .action(async (options: DeployOptions) => say(await deployStatus(options)));
  deploy
    .command('current')
    .description(
      'New runs start on this build once its workers poll all queues; so one rolls back.',
    )
    .argument('<build>', 'its id, as status says it')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(['dreamcore deploy current 5e275b48baa9f451', 'forward, or back']),
    )
    .action(async (build: string, options: DeployOptions) =>
      say(await deployCurrent(build, options)),
    );
  deploy
    .command('ramp')
    .description('A part of the new runs starts on this build; 0 ends that.')
    .argument('<build>', 'its id, as status says it')
    .argument('<percent>', 'of the new runs', readPercent)
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(['dreamcore deploy ramp 5e275b48baa9f451 10', 'every tenth new run']),
    )
    .action(async (build: string, percent: number, options: DeployOptions) =>
      say(await deployRamp(build, percent, options)),
    );
}

function readPercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !Number.isInteger(percent) || percent < 0 || percent > 100)
    throw new InvalidArgumentError('a number from 0 to 100');
  return percent;
}
