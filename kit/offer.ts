import {
  box,
  button,
  clamp,
  disc,
  eyes,
  imageOf,
  inside,
  label,
  lines,
  sprite,
  TAU,
} from './draw.js';
import { fingers, firstFinger, steer } from './fingers.js';
import { lang, words } from './language.js';
import { freeze, say, shake } from './light.js';
import { ctx, H, view, W } from './page.js';
import { finish, round, tuned } from './round.js';
import { save, saved } from './save.js';
import { readSettings, settings } from './settings.js';
import { beep, music, noise, sound } from './sound.js';

/** What every kit has, by the names that games call it. */
const COMMON = {
  W,
  H,
  TAU,
  view,
  ctx,
  lang,
  words,
  settings,
  save,
  saved,
  round,
  finish,
  fingers,
  steer,
  disc,
  box,
  label,
  lines,
  button,
  eyes,
  sprite,
  imageOf,
  clamp,
  inside,
  say,
  shake,
  freeze,
  beep,
  sound,
  noise,
  music,
};

/**
 * Makes all of it global. A game may declare any of the names itself; the kit does not read them
 * there.
 */
export function offer(own: object): void {
  readSettings(tuned);
  Object.assign(globalThis, COMMON, own);
  const become = (value: unknown): void =>
    void Object.defineProperty(globalThis, 'finger', { configurable: true, writable: true, value });
  Object.defineProperty(globalThis, 'finger', {
    configurable: true,
    get: firstFinger,
    set: become,
  });
}
