/**
 * Dialogs on the native element: it traps the focus, makes the rest inert, closes on Escape
 * and gives the focus back.
 */
import { text } from '../texts/index.js';
import { buttonOf, h, isComposing, labelled } from './dom.js';
import { icon } from './icons.js';
import { prepareToasts, toast } from './toast.js';

let serial = 0;

/**
 * Shows a dialog and resolves when it is closed. One that is not modal leaves the page usable.
 * @param {{ className: string, title: string, content: (leave: () => void) =>
 * import('./dom.js').Child[], scrimCloses?: boolean, isModal?: boolean, unsaved?: () => boolean }}
 * options `unsaved`: leaving it (by its buttons, Escape, the scrim), or the page, asks first while
 * this is true
 * @returns {{ element: HTMLDialogElement, close: () => void, closed: Promise<void> }} `close` does
 * not ask
 */
export function openDialog({
  className,
  title,
  content,
  scrimCloses = true,
  isModal = true,
  unsaved = () => false,
}) {
  const titleId = `dialog-title-${(serial += 1)}`;
  const close = () => element.close();
  let isAsking = false;
  const leave = async () => {
    if (isAsking) return;
    isAsking = true;
    if (!unsaved() || (await confirmLeaving())) close();
    isAsking = false;
  };
  const element = h(
    'dialog',
    { class: `dialog ${className}`, 'aria-labelledby': titleId, 'data-modal': isModal },
    content(() => void leave()),
  );
  const heading = element.querySelector('[data-title]');
  if (!heading) throw new Error('A dialog needs an element with data-title');
  heading.id = titleId;
  heading.textContent = title;
  element.addEventListener('click', (event) => {
    if (scrimCloses && event.target === element) void leave();
  });
  /** @param {Event} event */
  const keepOpen = (event) => {
    if (!unsaved()) return;
    event.preventDefault();
    void leave();
  };
  // Both: after one `cancel` that was prevented a browser may close the dialog at the next Escape.
  element.addEventListener('cancel', (event) => event.target === element && keepOpen(event));
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !isComposing(event)) keepOpen(event);
  });
  const guard = (/** @type {BeforeUnloadEvent} */ event) => unsaved() && event.preventDefault();
  window.addEventListener('beforeunload', guard);
  const closed = new Promise((/** @type {(value: void) => void} */ resolve) => {
    element.addEventListener('close', () => {
      window.removeEventListener('beforeunload', guard);
      if (isModal) prepareToasts();
      element.remove();
      keepPlace();
      resolve();
    });
  });
  document.body.append(element);
  if (isModal) {
    element.showModal();
    prepareToasts();
  } else {
    element.addEventListener('keydown', (event) => event.key === 'Escape' && close());
    element.show();
  }
  return { element, close, closed };
}

/** Asks whether what is not saved may go. */
export function confirmLeaving() {
  return confirmDialog({
    iconName: 'alert',
    title: text.leaveUnsavedTitle,
    lines: [text.leaveUnsavedLine],
    action: text.leaveUnsavedAction,
    run: async () => {},
  });
}

/** Where the control that opened the dialog is gone, the keyboard goes on from the content. */
function keepPlace() {
  if (document.activeElement !== document.body) return;
  const main = document.querySelector('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus({ preventScroll: true });
}

/**
 * The header of a large dialog: title and a close button. @param {() => void} close @param
 * {...import('./dom.js').Child} extras
 */
export function dialogHeader(close, ...extras) {
  return h(
    'div',
    { class: 'dialog-header' },
    h('h2', { 'data-title': true }),
    h(
      'div',
      { class: 'dialog-header-actions' },
      extras,
      buttonOf(
        { class: 'icon-button', 'aria-label': text.close, title: text.close },
        icon('close'),
        close,
      ),
    ),
  );
}

/**
 * Asks before something is done, and stays open, busy, until it is done. A failure is shown inside,
 * or where it was left meanwhile as a toast.
 * @param {object} options
 * @param {import('./icons.js').IconName} options.iconName
 * @param {string} options.title
 * @param {string[]} [options.lines]
 * @param {string} options.action label of the red button
 * @param {{ label: string, note?: string, input: import('./dom.js').Props }} [options.field] a text
 * field of the dialog, with the attributes of its input; Enter in it confirms
 * @param {import('./dom.js').Child} [options.extra] what stands between lines and field
 * @param {(value: string) => Promise<void>} options.run is given what stands in the field; throws
 * an Error whose message is shown
 * @returns {Promise<boolean>} whether it was done
 */
export async function confirmDialog({ iconName, title, lines = [], action, field, extra, run }) {
  let done = false;
  const input = field && fieldInput(field.input);
  const confirm = h('button', { type: 'submit', class: 'button primary' }, action);
  const problem = h('p', { class: 'dialog-problem', role: 'alert', hidden: true });
  let running = Promise.resolve();
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (confirm.getAttribute('aria-busy') !== 'true') running = work();
  };
  const work = async () => {
    confirm.setAttribute('aria-busy', 'true');
    problem.hidden = true;
    try {
      await run(input?.value.trim() ?? '');
      done = true;
      close();
    } catch (error) {
      const words = error instanceof Error ? error.message : text.somethingWrong;
      problem.textContent = words;
      problem.hidden = false;
      if (!element.open) toast(words, { kind: 'error' });
    } finally {
      confirm.removeAttribute('aria-busy');
    }
  };
  const { element, close, closed } = openDialog({
    className: 'confirm-card',
    title,
    scrimCloses: !input,
    content: (dismiss) => [
      h(
        'form',
        { method: 'dialog', novalidate: true, onsubmit: submit },
        h('div', { class: 'confirm-icon' }, icon(iconName, 26)),
        h('h2', { 'data-title': true }),
        lines.map((line, index) =>
          h('p', { class: index === 0 ? 'confirm-line' : 'confirm-note' }, line),
        ),
        extra,
        input &&
          labelled(input, field.label, field.note && h('p', { class: 'confirm-note' }, field.note)),
        problem,
        h(
          'div',
          { class: 'confirm-actions' },
          buttonOf({ class: 'button', autofocus: !input }, text.cancel, dismiss),
          confirm,
        ),
      ),
    ],
  });
  input?.select();
  await closed;
  // Who leaves it meanwhile stops nothing, and still sees how it ended.
  await running;
  return done;
}

/** @param {import('./dom.js').Props} props */
function fieldInput(props) {
  return h('input', {
    class: 'text-input',
    autocomplete: 'off',
    autofocus: true,
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === 'Enter' && isComposing(event)) event.preventDefault();
    },
    ...props,
  });
}
