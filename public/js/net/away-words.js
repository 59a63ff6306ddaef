import { text } from '../texts/index.js';

/** Why there is no connection: a server that is down is not a missing network. */
export const awayWords = () => (navigator.onLine ? text.serverAway : text.noNetwork);
