/** Small helpers to build and find elements. Text is always set as text, never parsed as HTML. */

/** @typedef {Node | string | null | undefined | false} Child */
/** @typedef {Record<string, unknown>} Props */

/**
 * Builds an element. Functions named `on…` become listeners, `true` an empty attribute; `null`,
 * `false` and `undefined` are left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function')
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...present(children));
  return element;
}

/**
 * A button that submits nothing.
 * @param {string | Props} look its classes, or all its attributes @param {Child | Child[]} content
 * @param {(event: MouseEvent & { currentTarget: HTMLButtonElement }) => unknown} onclick
 */
export function buttonOf(look, content, onclick) {
  const props = typeof look === 'string' ? { class: look } : look;
  return h('button', { type: 'button', onclick, ...props }, content);
}

/**
 * A choice among values, each under its words. @param {Props} props its attributes
 * @param {(readonly [value: string, words: string])[]} options
 */
export function selectOf({ value: chosen, ...props }, options) {
  return h(
    'select',
    { class: 'text-input', ...props },
    options.map(([value, words]) => h('option', { value, selected: value === chosen }, words)),
  );
}

/**
 * A control under its name. @param {HTMLElement} control @param {Child} name @param {Child} [more]
 */
export function labelled(control, name, more) {
  return h('div', { class: 'field' }, h('label', { for: control.id }, name), control, more);
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return /** @type {(Node | string)[]} */ (
    children.flat().filter((child) => child !== null && child !== undefined && child !== false)
  );
}

/**
 * The element with this id, which the page's markup promises.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`#${id} is missing or of another kind`);
  return element;
}

/**
 * True for the Enter that confirms an input-method conversion: it must never submit. @param
 * {KeyboardEvent} event
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/**
 * Call it before `from` is hidden, disabled or removed: a focus in it goes on to `to`, not to the
 * page. @param {Element} from @param {HTMLElement | null | undefined} to
 */
export function passFocus(from, to) {
  if (from.contains(document.activeElement)) to?.focus({ preventScroll: true });
}

/**
 * Runs the work unless it is running; the button is busy meanwhile, and not disabled, which would
 * lose the focus. @param {Element} button @param {() => Promise<void>} work
 */
export async function whileBusy(button, work) {
  if (button.getAttribute('aria-busy') === 'true') return;
  button.setAttribute('aria-busy', 'true');
  try {
    await work();
  } finally {
    button.removeAttribute('aria-busy');
  }
}

/** One pane at a time where there is no room for two, also on a phone held sideways. */
const PHONE = window.matchMedia('(max-width: 768px), (max-height: 560px)');

export function isPhone() {
  return PHONE.matches;
}

/** @param {() => void} listener */
export function onLayoutChange(listener) {
  PHONE.addEventListener('change', listener);
}

/**
 * Does the person type, or is a dialog open? What they see must stay as it is then.
 * @param {{ orFocused?: boolean }} [options] true: a focus in an empty field counts, too
 */
export function isOccupied({ orFocused = false } = {}) {
  const { activeElement: focused } = document;
  const isField = focused instanceof HTMLTextAreaElement || focused instanceof HTMLInputElement;
  return (
    (isField && (orFocused || focused.value !== '')) ||
    document.querySelector('dialog[open]') !== null
  );
}

export function prefersStillness() {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/**
 * Runs the callback at most once per `waitMs`, always once more after the last call. @param {() =>
 * void} run @param {number} waitMs
 */
export function throttle(run, waitMs) {
  /** @type {number | undefined} */
  let timer;
  return () => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      run();
    }, waitMs);
  };
}
