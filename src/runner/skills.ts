import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../contracts/base/errors.js';
import type { PastFile } from '../contracts/execution/runner.js';
import { RUN_SKILL, SKILLS_PLUGIN } from '../domain/generation/skills.js';

/** Pages and examples by their file below `skills/`: part of the runner, and so of its version. */
declare const SKILL_FILES: SkillFiles;
type SkillFiles = Readonly<Record<string, string>>;

const READ_ONLY = 0o444;
/** In the folder of the plugin. */
export const PAST_FOLDER = 'past';
const MANIFEST = {
  name: SKILLS_PLUGIN,
  version: '2.0.0',
  description: 'How phone games are made here.',
};

/**
 * Makes the folder of a plugin with one skill, which holds these pages in this order, so that one
 * call reads them all, and the past of a game. Where no sandbox binds it read-only, its files are.
 * Throws `SandboxMissing` for a page that this runner has not.
 */
export async function writePlugin(
  folder: string,
  { skills, past = [] }: { skills: readonly string[]; past?: readonly PastFile[] },
  files: SkillFiles = SKILL_FILES,
): Promise<void> {
  await writeReadOnly(join(folder, '.claude-plugin/plugin.json'), JSON.stringify(MANIFEST));
  if (skills.length > 0)
    await writeReadOnly(join(folder, `skills/${RUN_SKILL}/SKILL.md`), skillOf(skills, files));
  for (const { name, content } of past)
    await writeReadOnly(join(folder, PAST_FOLDER, name), content);
}

function skillOf(skills: readonly string[], files: SkillFiles): string {
  const description = `${skills.join(', ')} - how this game is made.`;
  const head = `---\nname: ${RUN_SKILL}\ndescription: ${description}\n---`;
  return [head, ...skills.map((name) => pageOf(name, files))].join('\n\n');
}

function pageOf(name: string, files: SkillFiles): string {
  const [page, example] = [files[`${name}.md`], files[`${name}.html`]];
  if (page !== undefined) return page.trim();
  if (example !== undefined)
    return `# A small complete game\n\n\`\`\`html\n${example.trim()}\n\`\`\``;
  throw new AppError('SandboxMissing', `there is no skill ${name} here`);
}

async function writeReadOnly(target: string, content: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
  await chmod(target, READ_ONLY);
}
