import { expect, it } from 'vitest';
import { message } from '../../contracts/messages/message.js';
import { missingSprites, unusableImages } from './image-words.js';

it('counts the images that are not in the game; none where all are there', () => {
  expect(missingSprites({ missing: 0, total: 3 })).toBeNull();
  expect(missingSprites({ missing: 1, total: 3 })).toEqual(
    message('SPRITES_MISSING', { missing: 1, total: 3 }),
  );
  expect(unusableImages({ missing: 2, total: 4 })).toEqual(
    message('IMAGES_UNUSABLE', { missing: 2, total: 4 }),
  );
});
