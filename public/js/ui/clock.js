/** Dates and durations as the screens write them. */
import { language } from '../texts/index.js';

const LOCALE = language === 'en' ? 'en-US' : 'ja-JP';
const DAY = new Intl.DateTimeFormat(LOCALE, { year: 'numeric', month: 'long', day: 'numeric' });
const SHORT_DAY = new Intl.DateTimeFormat(LOCALE, { month: 'long', day: 'numeric' });
const TIME = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hour12: false });

/** Like 2026年1月27日. @param {string} iso */
export function day(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? '' : DAY.format(date);
}

/** Like 1月27日 10:57. @param {string} iso */
export function dayAndTime(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? '' : `${SHORT_DAY.format(date)} ${TIME.format(date)}`;
}

/** Like 0:07 or 12:30. @param {number} durationMs */
export function stopwatch(durationMs) {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
