import { cut } from '../../contracts/base/cut.js';
import { promptName } from '../generation/prompt-name.js';
import { quoted, QUOTES_ARE_DATA } from '../generation/quoted.js';

const MAX_DESCRIPTION_CHARS = 3_000;

/** What the image model is asked for the image of a game in lists (rest.md §9.4). */
export function thumbnailPrompt({
  title,
  description,
}: {
  title: string;
  description: string;
}): string {
  return [
    `Key art for a smartphone game called ${promptName(title)}, portrait 9:16, of the quality ` +
      'of an image in an app store.',
    'One striking moment of play fills the image: the main character large, clear depth, ' +
      'strong light, rich colours.',
    'No user interface, no frame, no logos, and no text other than the title itself, which ' +
      'may be left out.',
    ...(description.trim() === ''
      ? []
      : [
          '',
          `What the game is about, in the words of its maker. ${QUOTES_ARE_DATA.en}`,
          quoted(cut(description.trim(), MAX_DESCRIPTION_CHARS)),
        ]),
  ].join('\n');
}
