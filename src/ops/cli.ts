import { Argument, Command, InvalidArgumentError } from 'commander';
import { Backend } from '../contracts/execution/backends.js';
import { moveBackend } from './backend.js';
import { deployCurrent, deployDrain, deployRamp, deployStatus } from './deploy.js';
import { examine, type DevelopmentChecks } from './doctor.js';
import { syncStores } from './sync.js';
import { addArchiveCommands } from './archive/commands.js';
import { addJobCommands } from './jobs/commands.js';
import { addObjectsCommands } from './objects.js';
import { addServerCommands } from './replay/commands.js';
import { addRerunCommand } from './rerun/commands.js';
import { deployRoll } from './roll/roll.js';
import {
  addCommand,
  printing,
  readDays,
  readId,
  readLimit,
  readUsd,
  type Output,
} from './options.js';
import { upgradeWork } from './upgrade.js';
import { moveData } from './move.js';
import { verifyStore } from './verify.js';
import { reportUsage, settleUsage, type SettleOptions } from './usage.js';

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
  addVerify(program);
  addBackend(program);
  addDeploy(program);
  addUpgrade(program);
  addMove(program);
  addObjectsCommands(program);
  return program;
}

function addDoctor(program: Command, development: DevelopmentChecks | null): void {
  addCommand(
    program,
    'doctor',
    'Lists what is there, what is missing, and how to get it. Exits 1 when something required is ' +
      'missing.',
    ['dreamcore doctor', 'before the first start, or when in doubt'],
    [
      `dreamcore doctor --json | jq '.[].findings[] | select(.verdict == "missing")'`,
      'only what is missing',
    ],
  )
    .option('--json', 'what was found, as JSON')
    .action(printing((options: Output) => examine(options, development)));
}

function addUpgrade(program: Command): void {
  addCommand(
    program,
    'upgrade',
    'Ends work that is open on builds which cannot work with this version of the data: what has ' +
      'spent nothing starts again, the rest fails as UPGRADED. Stop their workers first.',
    ['dreamcore upgrade', 'before the migrations of a new version'],
  ).action(printing(upgradeWork));
}

function addMove(program: Command): void {
  addCommand(
    program,
    'move',
    'Moves what a release before objects keeps in DATA_DIR into objects, and leaves the old ' +
      'folders aside as they were; may be run again. Exits 1 while something is not moved.',
    ['dreamcore move', 'after the migrations, before API and worker start'],
  )
    .option('--first', 'only what is shown first; the worker moves the rest')
    .action(printing(moveData));
}

function addUsage(program: Command): void {
  const usage = addCommand(
    program,
    'usage',
    'Who spent what: per day, backend and user.',
    ['dreamcore usage', 'this week'],
    ['dreamcore usage --days 1 --json | jq .spentTodayUsd', 'for programs'],
  )
    .option('--user <id>', 'one user only')
    .option('--days <n>', 'number of days, today included', readDays, 7)
    .option('--json', 'the rows behind it, as JSON')
    .action(printing(reportUsage));
  addCommand(
    usage,
    'settle',
    'Sets what an attempt, step or text that has ended counts with; writes an audit line.',
    ['dreamcore usage settle <job>.1 --usd 0', 'the model has answered nothing'],
  )
    .argument('<call>', 'as dreamcore show lists it: <job>.<attempt>')
    .requiredOption('--usd <amount>', 'what it cost, US dollars', readUsd)
    .option('--reason <words>', 'for the audit log', 'corrected by hand')
    .option('--as <user>', 'in the name of this user; OPERATOR_USER_ID when left out', readId)
    .action(
      // --env-file is taken by the parent, which has it, too.
      printing((call: string, _own: unknown, command: Command) =>
        settleUsage(call, command.optsWithGlobals<SettleOptions>()),
      ),
    );
}

function addSync(program: Command): void {
  addCommand(
    program,
    'sync',
    'Compares Volumes of Modal with what is published and sends what they lack. Exits 1 when a ' +
      'problem remains.',
    ['dreamcore sync --all --dry-run', 'what differs?'],
    ['dreamcore sync --project <id>', 'bring the Volume of one project up to date'],
    ['dreamcore sync --all --dry-run --json | jq .problems', 'for an alarm'],
  )
    .option('--user <id>', 'the projects of one user')
    .option('--project <id>', 'one project')
    .option('--all', 'all projects')
    .option('--dry-run', 'print what would be done')
    .option('--json', 'what was found and done, as JSON')
    .action(printing(syncStores));
}

function addVerify(program: Command): void {
  addCommand(
    program,
    'verify',
    'Lists what rows name and the object store lacks. After a restore house-keeping removes ' +
      'nothing until this is clean. Exits 1 when something is lost.',
    ['dreamcore verify', 'is all there?'],
    ['dreamcore verify --undelete', 'after a restore: what was removed since comes back'],
    ['dreamcore verify --deep --json | jq .lost', 'every byte, id and place'],
    ['dreamcore verify --hold', 'before a hosted database is set back'],
  )
    .option('--undelete', 'bring back what rows name and was removed less than 14 days ago')
    .option('--deep', 'read every byte')
    .option('--hold', 'only have house-keeping stand still from now on')
    .option('--accept', 'house-keeping goes on though something is lost')
    .option('--json', 'what was found, as JSON')
    .action(printing(verifyStore));
}

function addBackend(program: Command): void {
  addCommand(
    program,
    'backend',
    'Shows where work is done, or moves it; running jobs follow at their next step.',
    ['dreamcore backend', 'where is work done, and is the breaker open?'],
    ['dreamcore backend local', 'away from Modal, now'],
    ['dreamcore backend modal --share 10', 'for a tenth of the users'],
  )
    .addArgument(new Argument('[to]', 'where work is done from now on').choices(Backend.options))
    .option('--share <percent>', 'of the users whose work is done on Modal', readPercent)
    .option('--json', 'the switch and the breaker, as JSON')
    .action(printing(moveBackend));
}

function addDeploy(program: Command): void {
  const deploy = program
    .command('deploy')
    .description(
      'Builds of the workers: which one new runs start on, and what the others still do.',
    );
  const build = ['<build>', 'its id, as status prints it'] as const;
  addCommand(
    deploy,
    'status',
    'Lists the builds, whether workers run them, and their running workflows.',
    ['dreamcore deploy status', 'which build is current?'],
  )
    .option('--json', 'the same as JSON')
    .action(printing(deployStatus));
  addCommand(
    deploy,
    'current',
    'New runs start on this build once its workers poll all queues; so one rolls back.',
    ['dreamcore deploy current 5e275b48baa9f451', 'forward, or back'],
  )
    .argument(...build)
    .action(printing(deployCurrent));
  addCommand(
    deploy,
    'roll',
    'Waits for the workers of a build, tries it with a job of the house, gives it a part of the ' +
      'new runs and then all, and goes back by itself where it is worse. Exits 1 then.',
    ['dreamcore deploy roll', 'to the build that this command belongs to'],
    ['dreamcore deploy roll 5e275b48baa9f451 --percent 5 --seconds 600', 'slowly'],
  )
    .argument('[build]', "its id; this command's own when left out")
    .option('--percent <n>', 'of the new runs while it is tried', readPercent, 10)
    .option('--seconds <n>', 'for so long it is watched, before and after', readLimit, 60)
    .option('--as <user>', 'the canary is a job of this user; OPERATOR_USER_ID', readId)
    .action(printing(deployRoll));
  addCommand(
    deploy,
    'drain',
    'Waits until no run is left on another build than the current one, whose workers may stop ' +
      'then. Exits 1 when the time is over.',
    ['dreamcore deploy drain', 'after a roll, before the workers of the build before stop'],
  )
    .option('--seconds <n>', 'the longest wait', readLimit, 1_800)
    .action(printing(deployDrain));
  addCommand(deploy, 'ramp', 'A part of the new runs starts on this build; 0 ends that.', [
    'dreamcore deploy ramp 5e275b48baa9f451 10',
    'every tenth new run',
  ])
    .argument(...build)
    .argument('<percent>', 'of the new runs', readPercent)
    .action(printing(deployRamp));
}

function readPercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !Number.isInteger(percent) || percent < 0 || percent > 100)
    throw new InvalidArgumentError('a number from 0 to 100');
  return percent;
}
