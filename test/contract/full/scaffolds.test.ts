import { describe, expect, it } from 'vitest';
import { readSkillFiles } from '../../../src/activities/runner-input/skill-files.js';
import { play, PLAY_LIMIT_MS } from '../runner/play-bench.js';

const files = await readSkillFiles();
const scaffolds = Object.keys(files).filter((path) => path.endsWith('/scaffold.html'));

describe('scaffolds', () => {
  it.each(scaffolds)(
    '%s plays clean',
    async (path) => {
      const { verdict, findings, notes, reason } = await play(files[path] ?? '');
      // Whoever chooses at random may have no answer right, and defeat nobody.
      const told = /\/game-(quiz|rpg)\//.test(path)
        ? notes.filter(({ code }) => code !== 'still-score')
        : notes;
      expect({ verdict, findings, notes: told, reason }).toEqual({
        verdict: 'plays',
        findings: [],
        notes: [],
        reason: '',
      });
    },
    PLAY_LIMIT_MS,
  );
});
