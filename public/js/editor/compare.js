/** Two versions of a game: what differs between them, and one to be played beside the current. */
import { gameFrame, keysButton } from '../feed/play-game.js';
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h } from '../ui/dom.js';
import { openChanges } from './changes.js';

/** @typedef {import('../types.js').Version} Version */
/** @typedef {import('./changes.js').Changes} Changes */

/** From here on two games stand side by side. */
const WIDE = '(min-width: 900px)';
const MESSAGE_CHARS = 24;

/** Name of a version: its number, which never changes, where the server sends it. */
export function nameOf(/** @type {Version} */ { serial, id }) {
  return String(serial ?? id);
}

/** The same with the name that its maker gave it. @param {Version} version */
export const calledOf = (version) =>
  version.name === undefined ? nameOf(version) : text.versionNamed(nameOf(version), version.name);

/** @param {Version} version @param {string} [called] */
const titleOf = (version, called = nameOf(version)) =>
  version.serial === undefined ? called : text.versionNumber(called);

/**
 * The difference of any two of these versions, at first of the two that are named.
 * @param {readonly Version[]} versions
 * @param {{ from: Version, to: Version }} chosen
 * @param {(since: string, until: string) => Promise<Changes>} load
 */
export function openDifference(versions, { from, to }, load) {
  const since = versionSelect(versions, from);
  const until = versionSelect(versions, to);
  const fill = openChanges(() => load(since.value, until.value), {
    title: text.differenceTitle,
    empty: text.differenceEmpty,
    head: h(
      'div',
      { class: 'difference-choice' },
      h('label', {}, h('span', {}, text.differenceFrom), since),
      h('label', {}, h('span', {}, text.differenceTo), until),
    ),
  });
  for (const select of [since, until]) select.addEventListener('change', () => void fill());
}

/** @param {readonly Version[]} versions @param {Version} chosen */
function versionSelect(versions, chosen) {
  const options = versions.map((version) =>
    h(
      'option',
      { value: version.id, selected: version.id === chosen.id },
      `${titleOf(version, calledOf(version))} ${version.message.slice(0, MESSAGE_CHARS)}`,
    ),
  );
  return h('select', {}, options);
}

/**
 * Plays a version beside the current one; where there is no room for both, one or the other.
 * @param {{ version: Version, current: Version | null, urlOf: (id: string) => Promise<string>,
 * onRestore: () => Promise<boolean> }} options `onRestore` answers whether it was restored
 */
export function openTrial({ version, current, urlOf, onRestore }) {
  const sides = [side(version, titleOf(version), urlOf)];
  if (current) sides.push(side(current, text.trialCurrent(nameOf(current)), urlOf));
  const wide = matchMedia(WIDE);
  let shown = 0;
  const show = () => {
    for (const [index, { element, tab, setPlaying }] of sides.entries()) {
      tab.setAttribute('aria-pressed', String(index === shown));
      element.hidden = !wide.matches && index !== shown;
      setPlaying(!element.hidden);
    }
  };
  for (const [index, { tab }] of sides.entries())
    tab.addEventListener('click', () => {
      shown = index;
      show();
    });
  const { close, closed } = openDialog({
    className: 'work-dialog trial-dialog',
    title: text.trialTitle(nameOf(version)),
    content: (dismiss) => [
      dialogHeader(
        dismiss,
        restoreButton(async () => (await onRestore()) && close()),
      ),
      sides.length > 1 &&
        h(
          'div',
          { class: 'trial-tabs', role: 'group', 'aria-label': text.trialSwitch },
          sides.map(({ tab }) => tab),
        ),
      h(
        'div',
        { class: 'trial-stage' },
        sides.map(({ element }) => element),
      ),
    ],
  });
  wide.addEventListener('change', show);
  void closed.then(() => wide.removeEventListener('change', show));
  show();
}

/** @param {() => void} onclick */
function restoreButton(onclick) {
  return buttonOf('button compact', text.restoreAction, onclick);
}

/**
 * A game with its name; it is loaded while it is shown, and silent else.
 * @param {Version} version @param {string} name @param {(id: string) => Promise<string>} urlOf
 */
function side(version, name, urlOf) {
  const ground = h('div', { class: 'trial-ground' });
  let isPlaying = false;
  /** @param {boolean} isWanted */
  const setPlaying = async (isWanted) => {
    if (isWanted === isPlaying) return;
    isPlaying = isWanted;
    if (!isWanted) return ground.replaceChildren();
    ground.replaceChildren(h('p', { class: 'panel-note', role: 'status' }, text.loading));
    const url = await urlOf(version.id).catch(() => null);
    if (!isPlaying) return;
    if (url === null)
      return ground.replaceChildren(
        h('p', { class: 'panel-note', role: 'alert' }, text.previewFailed),
      );
    const frame = gameFrame(url);
    frame.title = name;
    ground.replaceChildren(
      keysButton(() => frame),
      frame,
    );
  };
  return {
    element: h('figure', { class: 'trial-side' }, h('figcaption', {}, name), ground),
    tab: h('button', { type: 'button', class: 'button compact' }, name),
    setPlaying,
  };
}
