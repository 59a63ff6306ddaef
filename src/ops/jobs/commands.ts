import { Option, type Command } from 'commander';
import { Backend } from '../../contracts/execution/backends.js';
import { WORK_STATES } from '../../contracts/rows/operators.js';
import { addCommand, printing, readDays, readId, readLimit } from '../options.js';
import { reportSlo } from '../slo.js';
import { cancelWork } from './cancel.js';
import { KINDS, readMoment } from './filter.js';
import { listJobs } from './list.js';
import { showJob } from './show.js';

/** Commands about jobs and actions. */
export function addJobCommands(program: Command): void {
  addJobs(program);
  addShow(program);
  addCancel(program);
  addSlo(program);
}

function addJobs(program: Command): void {
  addCommand(
    program,
    'jobs',
    'Jobs and actions, the newest first: whose, what became of them, what they cost.',
    ['dreamcore jobs --state failed --since 24h', 'what failed today, and why'],
    ['dreamcore jobs --state open --age 10m', 'what is slow'],
    ['dreamcore jobs --user yui@example.com', 'what this user did'],
    ['dreamcore jobs --json --limit 500 | jq .', 'for programs'],
  )
    .option('--user <id or address>', 'of one user')
    .option('--project <id>', 'of one project', readId)
    .addOption(new Option('--state <state>', 'how they stand').choices(WORK_STATES))
    .addOption(new Option('--kind <kind>', 'what they are').choices(KINDS))
    .addOption(new Option('--backend <name>', 'where they ran last').choices(Backend.options))
    .option('--since <when>', 'made since: 30m, 12h, 7d, or a date', readMoment)
    .option('--age <span>', 'made longer ago than: 10m, 2h', readMoment)
    .option('--limit <n>', 'number of lines', readLimit, 20)
    .option('--json', 'everything that is known, as JSON')
    .action(printing(listJobs));
}

function addShow(program: Command): void {
  addCommand(
    program,
    'show',
    'The story of one job or action: its steps, errors, cost, files and links.',
    ['dreamcore show <job>', 'steps, tries, times, errors in words'],
    ["dreamcore show <job> --json | jq '.steps[] | select(.error)'", 'only what went wrong'],
  )
    .argument('<job>', 'its id', readId)
    .option('--json', 'everything that is known, as JSON')
    .action(printing(showJob));
}

function addCancel(program: Command): void {
  addCommand(
    program,
    'cancel',
    'Stops a job or an action as its owner does. Exits 1 when it had ended or is past its commit ' +
      'point.',
    ['dreamcore cancel <job>', 'its subscribers get `cancelled`'],
  )
    .argument('<job>', 'its id', readId)
    .action(printing(cancelWork));
}

function addSlo(program: Command): void {
  addCommand(
    program,
    'slo',
    'How well the promise was kept, per day: accepted jobs that ended well or clearly (kept), ' +
      'completed ones of those that were not cancelled (made), times, kinds of failures.',
    ['dreamcore slo --days 7', 'this week'],
    ["dreamcore slo --days 1 --json | jq '.days[0].kept'", 'for an alarm'],
  )
    .option('--days <n>', 'number of days, today included', readDays, 7)
    .option('--json', 'the same as JSON')
    .action(printing(reportSlo));
}
