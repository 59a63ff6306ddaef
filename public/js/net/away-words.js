import { text } from '../texts/index.js';

/**
 * Why there is no connection: a server that is down is not a missing network.
 * @param {string} [serverAway] the sentence for the server: the default is for a page that
 * connects again by itself
 */
export const awayWords = (serverAway = text.serverAway) =>
  navigator.onLine ? serverAway : text.noNetwork;
