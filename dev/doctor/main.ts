import { createProgram } from '../../src/ops/cli.js';
import { runCommand } from '../../src/ops/options.js';
import { addBackupCommands } from '../backup/commands.js';
import { planStack } from '../stack/plan.js';
import { checkDevelopmentPrograms } from './programs.js';
import { checkPort, checkStack } from './stack-checks.js';

/** `dreamcore` in a development checkout: it knows the stack of `npm start` as well. */
const program = createProgram({
  programs: ({ env, config }) => checkDevelopmentPrograms(env, config.DATA_DIR),
  port: checkPort,
  stack: ({ env, config }) => checkStack(config, planStack(env, { only: undefined, without: [] })),
});
addBackupCommands(program);
await runCommand(program);
