import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../contracts/base/errors.js';
import type { PastFile } from '../contracts/execution/runner.js';

/** Every file of the plugin by its path: part of the runner, and so of its version. */
declare const SKILL_FILES: SkillFiles;
type SkillFiles = Readonly<Record<string, string>>;

const READ_ONLY = 0o444;
/** In the folder of the plugin. */
export const PAST_FOLDER = 'past';

/**
 * Makes the folder of a plugin with these skills and no other, and the past of a game. Where no
 * sandbox binds it read-only, its files are. Throws `SandboxMissing` for a skill that this runner
 * has not.
 */
export async function writePlugin(
  folder: string,
  { skills, past = [] }: { skills: readonly string[]; past?: readonly PastFile[] },
  files: SkillFiles = SKILL_FILES,
): Promise<void> {
  const chosen = ['.claude-plugin/', ...skills.map((name) => `skills/${name}/`)];
  for (const start of chosen) {
    const paths = Object.keys(files).filter((path) => path.startsWith(start));
    if (paths.length === 0) throw new AppError('SandboxMissing', `there is no ${start} here`);
    for (const path of paths) await writeReadOnly(join(folder, path), files[path] ?? '');
  }
  for (const { name, content } of past)
    await writeReadOnly(join(folder, PAST_FOLDER, name), content);
}

async function writeReadOnly(target: string, content: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
  await chmod(target, READ_ONLY);
}
