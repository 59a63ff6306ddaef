import { Option, type Command } from 'commander';
import { Backend } from '../../contracts/backends.js';
import { WORK_STATES } from '../../contracts/operators.js';
import { ENV_FILE, examples, readDays, readId, readLimit, say } from '../options.js';
import { reportSlo, type SloOptions } from '../slo.js';
import { cancelWork } from './cancel.js';
import { KINDS, readMoment, type JobsOptions } from './filter.js';
import { listJobs } from './list.js';
import { showJob, type ShowOptions } from './show.js';

/** Commands about jobs and actions. */
export function addJobCommands(program: Command): void {
  addJobs(program);
  addShow(program);
  addCancel(program);
  addSlo(program);
}

function addJobs(program: Command): void {
  program
    .command('jobs')
    .description('Jobs and actions, the newest first: whose, what became of them, what they cost.')
    .option('--user <id or address>', 'of one user')
    .option('--project <id>', 'of one project', readId)
    .addOption(new Option('--state <state>', 'how they stand').choices(WORK_STATES))
    .addOption(new Option('--kind <kind>', 'what they are').choices(KINDS))
    .addOption(new Option('--backend <name>', 'where they ran last').choices(Backend.options))
    .option('--since <when>', 'made since: 30m, 12h, 7d, or a date', readMoment)
    .option('--age <span>', 'made longer ago than: 10m, 2h', readMoment)
    .option('--limit <n>', 'so many', readLimit, 20)
    .option('--json', 'everything that is known, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore jobs --state failed --since 24h', 'what failed today, and why'],
        ['dreamcore jobs --state open --age 10m', 'what is slow'],
        ['dreamcore jobs --user yui@example.com', 'what this user did'],
        ['dreamcore jobs --json --limit 500 | jq .', 'for programs'],
      ),
    )
    .action(async (options: JobsOptions) => {
      const { text, warning } = await listJobs(options);
      if (warning !== undefined) process.stderr.write(`${warning}\n`);
      say(text);
    });
}

function addShow(program: Command): void {
  program
    .command('show')
    .description('The story of one job or action: its steps, errors, cost, files and links.')
    .argument('<job>', 'its id', readId)
    .option('--json', 'everything that is known, as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore show <job>', 'steps, tries, times, errors in words'],
        ["dreamcore show <job> --json | jq '.steps[] | select(.error)'", 'only what went wrong'],
      ),
    )
    .action(async (id: string, options: ShowOptions) => say(await showJob(id, options)));
}

function addCancel(program: Command): void {
  program
    .command('cancel')
    .description(
      'Stops a job or an action as its owner does. Exits 1 when it had ended or is past its ' +
        'commit point.',
    )
    .argument('<job>', 'its id', readId)
    .option(...ENV_FILE)
    .addHelpText('after', examples(['dreamcore cancel <job>', 'its user hears that it stopped']))
    .action(async (id: string, options: { envFile?: string }) => {
      const { text, exitCode } = await cancelWork(id, options);
      say(text);
      process.exitCode = exitCode;
    });
}

function addSlo(program: Command): void {
  program
    .command('slo')
    .description(
      'How well the promise was kept, per day: accepted jobs that ended well or clearly (kept), ' +
        'completed ones of those that nobody cancelled (made), times, kinds of failures.',
    )
    .option('--days <n>', 'so many days, today included', readDays, 7)
    .option('--json', 'the same as JSON')
    .option(...ENV_FILE)
    .addHelpText(
      'after',
      examples(
        ['dreamcore slo --days 7', 'this week'],
        ["dreamcore slo --days 1 --json | jq '.days[0].kept'", 'for an alarm'],
      ),
    )
    .action(async (options: SloOptions) => say(await reportSlo(options)));
}
