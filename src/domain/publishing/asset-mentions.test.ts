import { expect, it } from 'vitest';
import { assetMentionsIn } from './asset-mentions.js';

const ID = '3d35e8f3-8d6a-5dfe-af64-adacea668745';
const OWNER = 'c1b2195f-47ce-40b8-ac96-4f63ff447079';

it.each([
  [`<img src="/api/assets/${ID.toUpperCase()}">`, ID],
  [`fetch('/api/assets/' + '${ID}')`, ID],
  [`<img src="/user-assets/${OWNER}/hero_1.png">`, 'hero_1.png'],
  [`const base = '/user-assets/' + owner; load(base + '/hero_1.png')`, 'hero_1.png'],
  [`<audio src="/user-assets/${OWNER}/%E7%B5%B5.mp3">`, '絵.mp3'],
  [`const base = '/user-assets/' + owner; load(base + '/絵が_1.png')`, '絵が_1.png'],
  [`url(/user-assets/${OWNER}/noextension)`, 'noextension'],
  [`<img src="/global-assets/nature/tree.webp">`, 'tree.webp'],
])('U2: %s mentions %s', (text, name) => {
  expect([...assetMentionsIn(text)]).toContain(name);
});

it('takes no code for a name', () => {
  expect(assetMentionsIn('Math.floor(ball.x); "a.b" + obj.json5')).toEqual(new Set());
});
