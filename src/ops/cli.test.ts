import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createImportProgram } from '../../tools/import-v2/command.js';
import { createProgram } from './cli.js';

/** Commands that change something and say so in a sentence; programs read all others, too. */
const SPOKEN = [
  'upgrade',
  'move',
  'cancel',
  'prepare',
  'deploy current',
  'deploy drain',
  'deploy ramp',
  'deploy roll',
  'usage settle',
];

/** Every command that does something, by the words that call it. */
function commandsOf(command: Command, words: readonly string[] = []): [string, Command][] {
  const found = command.commands.flatMap((sub) => commandsOf(sub, [...words, sub.name()]));
  const isOne = found.length === 0 || command.options.some(({ long }) => long === '--env-file');
  return [...found, ...(isOne ? [[words.join(' '), command] as [string, Command]] : [])];
}

/** What `--help` prints, with what stands after the options. */
function helpOf(command: Command): string {
  let said = '';
  command.configureOutput({
    writeOut: (text) => {
      said += text;
    },
  });
  command.outputHelp();
  return said;
}

const COMMANDS = [createProgram(null), createImportProgram()].flatMap((all) => commandsOf(all));

it('there are commands for jobs, builds, servers and data', () => {
  const names = COMMANDS.map(([name]) => name);
  for (const name of ['jobs', 'show', 'slo', 'deploy status', 'prepare', 'import-v2', ...SPOKEN])
    expect(names).toContain(name);
});

describe.each(COMMANDS)('dreamcore %s', (name, command) => {
  const help = helpOf(command);
  const options = command.options.map(({ long }) => long);

  it('says what it does, what each option means, and gives examples of itself', () => {
    expect(command.description()).toMatch(/^[A-Z].*\.$/);
    expect(command.options.filter(({ description }) => description === '')).toEqual([]);
    const [, examples = ''] = help.split('\nExamples:\n');
    const lines = examples.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines[0]).toMatch(new RegExp(`^  npx dreamcore ${name}( .*)?  \\S`));
    for (const line of lines) expect(line).toMatch(/^ {2}npx dreamcore /);
  });

  it('knows every option that its examples of itself take', () => {
    const own = [...help.matchAll(new RegExp(`^  npx dreamcore ${name} (.*)$`, 'gm'))];
    const used = own.flatMap(([, rest = '']) => rest.split(' | ')[0]?.match(/--[a-z-]+/g) ?? []);
    for (const option of used) expect(options).toContain(option);
  });

  it('reads another file of variables, and answers programs unless it only changes things', () => {
    expect(options).toContain('--env-file');
    expect(options.includes('--json')).toBe(!SPOKEN.includes(name));
  });
});
