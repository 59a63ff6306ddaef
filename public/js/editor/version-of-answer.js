/** Which version an answer of the history belongs to. */

/**
 * A version is committed right before its answer is written; more time between them means that they
 * are strangers.
 */
const BEFORE_MS = 60_000;
const AFTER_MS = 2_000;

/**
 * Pairs by time; answers that made no version (chat, questions) find none.
 * @param {string} answeredAt
 * @param {readonly import('../types.js').Version[]} versions
 */
export function versionOfAnswer(answeredAt, versions) {
  const at = new Date(answeredAt).getTime();
  const near = versions.filter(({ timestamp }) => {
    const distance = at - new Date(timestamp).getTime();
    return distance >= -AFTER_MS && distance <= BEFORE_MS;
  });
  return near.length === 1 ? near[0] : undefined;
}
