import { describe, expect, it } from 'vitest';
import {
  assetAddress,
  assetReferenceAt,
  assetReferencesIn,
  isPublishedFile,
  publishedAssetPath,
  withPublishedReferences,
} from './published-files.js';

const UID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const HERO = `/user-assets/${UID}/hero_2.png`;

describe('what travels with a published game', () => {
  it.each<[string, boolean]>([
    ['index.html', true],
    ['assets/a.png', true],
    ['game/specs/x.js', true],
    ['specs/game.md', false],
    ['SPEC.md', false],
    ['spec.md', false],
    ['STYLE.md', false],
    ['PUBLISH.json', false],
    ['.env', false],
    ['.ai-context/x.json', false],
    ['a/.b/c', false],
  ])('%s: %s', (file, expected) => {
    expect(isPublishedFile(file)).toBe(expected);
  });
});

describe('references to assets', () => {
  it.each<[string, object]>([
    [`<img src="${HERO}">`, { kind: 'owned', ownerId: UID, alias: 'hero_2.png' }],
    [`url(${HERO})`, { kind: 'owned', ownerId: UID, alias: 'hero_2.png' }],
    [`<img src='${HERO}?v=1'>`, { kind: 'owned', ownerId: UID, alias: 'hero_2.png' }],
    [`srcset="/x 1x,${HERO} 2x"`, { kind: 'owned', ownerId: UID, alias: 'hero_2.png' }],
    [`"/user-assets/${UID}/%E7%8C%AB.png"`, { kind: 'owned', ownerId: UID, alias: '猫.png' }],
    [`"/user-assets/${UID}/%zz.png"`, { kind: 'owned', ownerId: UID, alias: '%zz.png' }],
    [`"/user-assets/${UID}/%00.png"`, { kind: 'owned', ownerId: UID, alias: '%00.png' }],
    ['`/global-assets/bgm/theme.mp3`', { kind: 'global', category: 'bgm', alias: 'theme.mp3' }],
    [`"/api/assets/${UID}"`, { kind: 'id', id: UID }],
  ])('%s', (text, reference) => {
    expect([...assetReferencesIn(text).values()]).toEqual([reference]);
  });

  it.each([
    `"/api/assets/${UID}/meta"`,
    `"https://elsewhere.test${HERO}"`,
    `"/my${HERO}"`,
    '"/user-assets/" + uid + "/hero.png"',
    '"/user-assets/someone/hero.png"',
    '/api/assets/search',
  ])('%s is none', (text) => {
    expect([...assetReferencesIn(text)]).toEqual([]);
  });

  it.each<[string, string | null]>([
    [HERO, HERO],
    [`/user-assets/${UID.toUpperCase()}/%E7%8C%AB.png`, `/user-assets/${UID}/猫.png`],
    ['/global-assets/bgm/theme.mp3', '/global-assets/bgm/theme.mp3'],
    [`/api/assets/${UID.toUpperCase()}`, `/api/assets/${UID}`],
    [`${HERO}/more`, null],
    [`/my${HERO}`, null],
    ['/index.html', null],
    [`/x"${HERO}`, null],
  ])('a request for %s means %s', (urlPath, address) => {
    const reference = assetReferenceAt(urlPath);
    expect(reference && assetAddress(reference)).toBe(address);
  });

  it(
    'that were copied and libraries get their places; what was not copied, and what only ' +
      'looks like it, stays',
    () => {
      const text =
        `import '/vendor/three@0.187.0/three.module.js'; a='${HERO}'; ` +
        `b='/user-assets/${UID}/hero_2.png.bak'; c='/vendor/nothing@1/x.js'; d='${HERO}?v=2'`;
      expect(withPublishedReferences(text, '/g/', new Map([[HERO, '_assets/1.png']]))).toBe(
        `import '/g/vendor/three@0.187.0/three.module.js'; a='/g/_assets/1.png'; ` +
          `b='/user-assets/${UID}/hero_2.png.bak'; c='/vendor/nothing@1/x.js'; ` +
          `d='/g/_assets/1.png?v=2'`,
      );
    },
  );

  it('are copied under the name of their content', () => {
    expect(publishedAssetPath('ab', '/data/x.PNG')).toBe('_assets/ab.png');
    expect(publishedAssetPath('ab', '/data/x.p"n')).toBe('_assets/ab');
  });
});
