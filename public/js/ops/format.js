/** How numbers and moments are written on the page of operators. */
import { language, text } from '../texts/index.js';

const LOCALE = language === 'en' ? 'en' : 'ja-JP';

/**
 * Address of a user; a guest has none. @param {{ email: string | null, user_id: string | null }} of
 */
export function userOf({ email, user_id: id }) {
  return email || (id === null ? text.opsDeleted : text.guestName);
}

/** @param {string} at */
export function moment(at) {
  return new Date(at).toLocaleString(LOCALE, {
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** @param {Date} at */
export function timeOfDay(at) {
  return at.toLocaleTimeString(LOCALE);
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** @param {number} usd */
export function money(usd) {
  return `$${usd.toFixed(usd < 1 ? 3 : 2)}`;
}

/** @param {number | null} bytes */
export function size(bytes) {
  if (bytes === null) return '-';
  const mebibytes = bytes / 1_048_576;
  return mebibytes < 1 ? `${Math.ceil(bytes / 1024)} KiB` : `${mebibytes.toFixed(1)} MiB`;
}
