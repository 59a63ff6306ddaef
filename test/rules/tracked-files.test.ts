import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { readText, trackedFiles, trackedTexts } from './files.js';

/** Written in pieces, so that this file does not accuse itself. */
const pattern = (...pieces: string[]): RegExp => new RegExp(pieces.join(''));
const FORBIDDEN = {
  'a home folder': pattern('/(home|Users', ')/[A-Za-z][\\w.-]*/'),
  'the folder of root': pattern('(^|[^\\w.])/ro', 'ot/'),
  'a package registry': pattern(
    'registry\\.npm',
    'js\\.org|registry\\.yarn',
    'pkg\\.com|pypi\\.',
    'org|files\\.python',
    'hosted\\.org|deb\\.deb',
    'ian\\.org',
  ),
  'a private key': pattern('-----BEGIN [A-Z ]*PRIVATE', ' KEY-----'),
};

describe('files under version control', () => {
  for (const [what, regex] of Object.entries(FORBIDDEN)) {
    it(`do not name ${what}`, () => {
      expect(
        trackedTexts()
          .filter(({ text }) => regex.test(text))
          .map(({ file }) => file),
      ).toEqual([]);
    });
  }

  it('do not name the folder or the home of this very machine', () => {
    const own = [PROJECT_ROOT, os.homedir()].filter((folder) => folder.split('/').length > 2);
    const named = trackedTexts().filter(({ text }) =>
      own.some((folder) => text.includes(`${folder}/`)),
    );
    expect(named.map(({ file }) => file)).toEqual([]);
  });

  it('hold no data, secrets, logs or build results', () => {
    expect(
      trackedFiles().filter((file) =>
        /(^|\/)(\.env|\.data|\.tools|node_modules|dist|test-results)(\/|$)|\.log$|\.pid$/.test(
          file,
        ),
      ),
    ).toEqual([]);
  });

  it('lock the dependencies without saying where they were fetched from', () => {
    expect(readText('package-lock.json')).not.toMatch(/"resolved": "http/);
  });
});
