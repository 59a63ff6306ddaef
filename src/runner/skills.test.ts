import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePlugin } from './skills.js';
import { fileFolder } from '../../test/support/own-folder.js';

const FILES = {
  '.claude-plugin/plugin.json': '{}',
  'skills/a/SKILL.md': 'how',
  'skills/a/scaffold.html': 'page',
  'skills/ab/SKILL.md': 'other',
};

const folder = fileFolder();

describe('the plugin of a run', () => {
  it('has the chosen skills with their files and no other, and nobody may write', async () => {
    const plugin = join(folder, 'plugin');
    await writePlugin(
      plugin,
      { skills: ['a'], past: [{ name: 'changes.md', content: 'x' }] },
      FILES,
    );
    const entries = await readdir(plugin, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(4);
    expect(await readFile(join(plugin, 'skills/a/scaffold.html'), 'utf8')).toBe('page');
    for (const file of ['skills/a/SKILL.md', 'past/changes.md'])
      expect((await stat(join(plugin, file))).mode & 0o222).toBe(0);
  });

  it('is refused with a skill that is not there', async () => {
    const made = writePlugin(join(folder, 'other'), { skills: ['b'] }, FILES);
    await expect(made).rejects.toMatchObject({ kind: 'SandboxMissing' });
  });
});
