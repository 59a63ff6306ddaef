/** What a row of steps shows, from what a job has come through: nothing else decides it. */

/** @typedef {import('../types.js').Step} Step */
/** @typedef {'done' | 'now' | 'left' | 'todo'} StepState `left`: there was no need of it */

/** In the order of the server's contract. @type {readonly Step[]} */
export const STEPS = ['think', 'design', 'make', 'play', 'repair', 'save'];

/**
 * How each step stands. @param {readonly Step[]} been the steps so far, the present one last
 * @param {boolean} [isOver] @returns {StepState[]}
 */
export function stepStates(been, isOver = false) {
  const now = isOver ? undefined : (been.at(-1) ?? 'think');
  const reached = now === undefined ? STEPS.length : STEPS.indexOf(now);
  return STEPS.map((step, index) => {
    if (step === now) return 'now';
    if (been.includes(step)) return 'done';
    return index < reached ? 'left' : 'todo';
  });
}
