/**
 * The palette and the parts that the screens are made of, drawn from the very tokens and classes
 * that they use.
 */
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { icon, ICON_NAMES } from '../ui/icons.js';
import { startPage } from '../ui/shell.js';

const COLOURS = [
  'red',
  'red-strong',
  'red-text',
  'red-soft',
  'white',
  'gray-50',
  'gray-100',
  'gray-200',
  'gray-300',
  'hint',
  'text-soft',
  'text',
  'green',
  'green-soft',
  'amber',
  'code-ground',
  'code-text',
];
/** Size in rem and weight, the largest first. */
const TYPE = /** @type {const} */ ([
  [3.5, 900],
  [1.75, 800],
  [1.5, 800],
  [1.25, 700],
  [1, 400],
  [0.9375, 600],
  [0.875, 500],
  [0.75, 400],
  [0.6875, 500],
]);

startPage(text.designTitle);
// A module may run before the first style sheets are there.
if (document.readyState !== 'complete')
  await new Promise((resolve) => addEventListener('load', resolve, { once: true }));
const tokens = getComputedStyle(document.documentElement);

byId('colours', HTMLUListElement).append(
  ...COLOURS.map((name) => {
    const value = tokens.getPropertyValue(`--${name}`).trim();
    const swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = value;
    return h('li', {}, swatch, h('strong', {}, name), h('code', {}, value));
  }),
);

byId('type', HTMLDivElement).append(
  ...TYPE.map(([size, weight]) => {
    const sample = h('p', {}, text.designSample);
    sample.style.fontSize = `${size}rem`;
    sample.style.fontWeight = String(weight);
    return h('div', { class: 'type-sample' }, h('code', {}, `${size}rem / ${weight}`), sample);
  }),
);

byId('controls', HTMLDivElement).append(
  h(
    'div',
    { class: 'control-row' },
    h('button', { type: 'button', class: 'button primary' }, text.create),
    h('button', { type: 'button', class: 'button' }, text.cancel),
    h('button', { type: 'button', class: 'button dark' }, text.reconnect),
    h('button', { type: 'button', class: 'button', disabled: true }, text.send),
  ),
  h(
    'div',
    { class: 'control-row' },
    h('button', { type: 'button', class: 'chip' }, text.noticesAll),
    h('button', { type: 'button', class: 'suggestion-btn' }, text.play),
    h('span', { class: 'spinner', role: 'img', 'aria-label': text.loading }),
  ),
  h(
    'label',
    { class: 'field' },
    h('span', {}, text.newName),
    h('input', { class: 'text-input', placeholder: text.newProjectName }),
  ),
  h(
    'div',
    { class: 'control-chat' },
    h('div', { class: 'message user' }, text.designUser),
    h('div', { class: 'message assistant' }, text.designAnswer),
  ),
);

byId('icons', HTMLUListElement).append(
  ...ICON_NAMES.map((name) => h('li', {}, icon(name, 24), h('code', {}, name))),
);
