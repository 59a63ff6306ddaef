import type { Scenery } from '../tables.js';
import { kitPart } from './kit.js';

const BOOK = kitPart('scenery');
const PAINTERS = /^ {2}(\w+): \{\n[^]*?^ {2}\},\n/gm;

/** The code that paints a place, as it stands in a game of that place. */
export const painterOf = (scenery: Scenery): string =>
  [...BOOK.matchAll(PAINTERS)].find(([, name]) => name === scenery)?.[0].trimEnd() ?? '';

/** kit/scenery.html with the painter of one place only. */
export const sceneryScript = (scenery: Scenery): string =>
  BOOK.replace(PAINTERS, (code, name: string) => (name === scenery ? code : ''));
