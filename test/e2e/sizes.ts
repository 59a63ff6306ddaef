import { sample } from '../scope.js';

/** The two sizes every screen is made for. */
export const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 800 }, hasTouch: false, isMobile: false },
} as const;
export type Size = keyof typeof SIZES;

/** Those in which a run tries a screen. */
export const TESTED_SIZES = sample(
  'screens tried on a phone alone; tests of desktops by name remain',
  ['phone', 'desktop'],
  ['phone'],
);
