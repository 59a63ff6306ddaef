/** A line for work that takes a while. */
import { stopwatch } from './clock.js';
import { h } from './dom.js';

/**
 * A spinner, the words, and for how long it goes on; `end` stops the clock.
 * @param {string} words @param {Record<string, string>} [attributes] of the line
 */
export function timedWait(words, attributes = {}) {
  const clock = h('span', { 'aria-hidden': 'true' }, stopwatch(0));
  const startedMs = Date.now();
  const timer = window.setInterval(() => {
    clock.textContent = stopwatch(Date.now() - startedMs);
  }, 1_000);
  const spinner = h('span', { class: 'spinner', 'aria-hidden': 'true' });
  return {
    line: h('p', attributes, spinner, words, ' ', clock),
    end: () => window.clearInterval(timer),
  };
}
