import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../../src/config.js';

/** A part of games, read when the program starts: `file` below sketches/, without its ending. */
export const gamePart = (file: string): string =>
  readFileSync(path.join(PROJECT_ROOT, 'sketches', `${file}.html`), 'utf8').trim();
export const kitPart = (name: string): string => gamePart(`kit/${name}`);
