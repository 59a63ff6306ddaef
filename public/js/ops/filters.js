/** What the list of jobs is asked for: a form that stands in the address. */
import { text } from '../texts/index.js';
import { h, isPhone, selectOf } from '../ui/dom.js';
import { asked, query, setQuery } from './address.js';

/** The values that the server takes (src/contracts/rows/operators.ts). */
const STATES = /** @type {const} */ ([
  'open',
  'pending',
  'processing',
  'completed',
  'failed',
  'cancelled',
]);
const KINDS = [
  'generate',
  'restore',
  'tune',
  'delete',
  'generateImage',
  'removeBackground',
  'generateThumbnail',
  'generatePublishInfo',
  'renderVideo',
  'publishGame',
  'unpublishGame',
  'remixGame',
  'rerunJob',
];
const STEPS = ['think', 'design', 'make', 'play', 'repair', 'save'];
const SPANS = ['10m', '1h', '24h', '7d', '30d'];
const AGES = ['1m', '5m', '15m', '1h', '24h'];
export const FILTERS = /** @type {const} */ ([
  'user',
  'state',
  'kind',
  'step',
  'backend',
  'failure',
  'since',
  'age',
]);

/** The query of the list, place included. */
export function jobsQuery() {
  return asked([...FILTERS, 'skip']);
}

/** @param {() => void} onChange */
export function filterForm(onChange) {
  const form = h(
    'form',
    { class: 'ops-filters' },
    field('user', text.opsUser),
    choice(
      'state',
      text.opsState,
      STATES.map((state) => [state, text.opsStates[state]]),
    ),
    choice('kind', text.opsKind, same(KINDS)),
    choice('step', text.opsStep, same(STEPS)),
    choice('backend', text.opsBackend, same(['local', 'modal'])),
    field('failure', text.opsFailure),
    choice(
      'since',
      text.opsSince,
      SPANS.map((span) => [span, text.opsWithin(span)]),
    ),
    choice(
      'age',
      text.opsAge,
      AGES.map((span) => [span, text.opsLonger(span)]),
    ),
    h('button', { type: 'submit', class: 'button compact' }, text.opsFind),
  );
  const take = () => {
    const data = new FormData(form);
    const changes = FILTERS.map((name) => [name, String(data.get(name) ?? '').trim()]);
    const before = location.search;
    setQuery({ ...Object.fromEntries(changes), skip: '' });
    if (location.search !== before) onChange();
  };
  form.addEventListener('change', take);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    take();
  });
  const isAsked = jobsQuery().size > 0;
  return h(
    'details',
    { class: 'ops-filter-box', open: !isPhone() || isAsked },
    h('summary', {}, text.opsFilters),
    form,
  );
}

/** @param {string[]} values @returns {[string, string][]} */
function same(values) {
  return values.map((value) => [value, value]);
}

/** @param {string} name @param {string} label */
function field(name, label) {
  const id = `filter-${name}`;
  const value = query().get(name) ?? '';
  return h(
    'div',
    { class: 'ops-field' },
    h('label', { for: id }, label),
    h('input', { id, name, class: 'text-input', value, autocomplete: 'off', spellcheck: 'false' }),
  );
}

/** @param {string} name @param {string} label @param {[string, string][]} options */
function choice(name, label, options) {
  const id = `filter-${name}`;
  const now = query().get(name) ?? '';
  return h(
    'div',
    { class: 'ops-field' },
    h('label', { for: id }, label),
    selectOf({ id, name, value: now }, [['', text.opsAny], ...options]),
  );
}
