import { expect, it } from 'vitest';
import { placesOf } from './assets.js';

const OWNER = '3f2b8a54-5d0e-4b0e-9f5e-0a1b2c3d4e5f';
const HOME = `/v2/users/${OWNER}/assets`;
const places = (storage_path: string, filename = 'f.png'): string[] =>
  placesOf('/v2', { owner_id: OWNER, storage_path, filename, category: null });

it.each([
  [
    'its folder, wherever the data lay',
    `/srv/old/users/${OWNER}/assets/sub/a.png`,
    [`${HOME}/sub/a.png`, `${HOME}/f.png`],
  ],
  ['a relative path', `users/${OWNER}/assets/a.png`, [`${HOME}/a.png`, `${HOME}/f.png`]],
  [
    'a path of another system',
    `C:\\data\\users\\${OWNER}\\assets\\a.png`,
    [`${HOME}/a.png`, `${HOME}/f.png`],
  ],
  ["another user's folder", '/data/users/other/assets/a.png', [`${HOME}/f.png`]],
  ['a way out', `/data/users/${OWNER}/assets/../../other/assets/a.png`, [`${HOME}/f.png`]],
  ['a file of the machine', '/etc/passwd', [`${HOME}/f.png`]],
  ['a null byte', `/data/users/${OWNER}/assets/a\0.png`, [`${HOME}/f.png`]],
  ['nothing', '', [`${HOME}/f.png`]],
])("a row that tells %s is looked for in its owner's folder alone", (_, told, expected) => {
  expect(places(told)).toEqual(expected);
});

it.each(['../x.png', '../../src/other/assets/x.png', '..', '.', ''])(
  'a file name %j leads nowhere',
  (filename) => {
    expect(places('', filename)).toEqual([]);
  },
);

it('a global one lies in its category', () => {
  expect(
    placesOf('/v2', { owner_id: null, storage_path: '/x', filename: 'a.mp3', category: 'bgm' }),
  ).toEqual(['/v2/assets/global/bgm/a.mp3']);
  expect(
    placesOf('/v2', {
      owner_id: null,
      storage_path: '/x',
      filename: 'a.mp3',
      category: '../../users',
    }),
  ).toEqual([]);
});
