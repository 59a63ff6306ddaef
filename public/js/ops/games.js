/** Published games, to be taken down and put back. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { doAct } from './act.js';
import { asked, query, setQuery } from './address.js';
import { moment } from './format.js';
import { badge, list, outside, pager, replaceContent } from './parts.js';

/** @typedef {import('../net/session.js').Session} Session */
/** @typedef {import('../types.js').OpsGame} Game */

/** @param {Session} session @param {HTMLElement} place @param {() => void} reload */
export function gamesView(session, place, reload) {
  const found = h('div', {});
  place.replaceChildren(searchForm(reload), found);
  return async () => {
    const words = asked(['search', 'down', 'skip']);
    const { games, next } = await (await get(session, `/api/ops/games?${words}`)).json();
    replaceContent(
      found,
      list(games.map((/** @type {Game} */ game) => row(session, game, reload))),
      pager(next, reload),
    );
  };
}

/** @param {() => void} reload */
function searchForm(reload) {
  const search = h('input', {
    id: 'opsSearch',
    class: 'text-input',
    type: 'search',
    maxlength: 320,
    value: query().get('search') ?? '',
  });
  const down = h('input', {
    id: 'opsDown',
    type: 'checkbox',
    checked: query().get('down') === 'true',
  });
  const find = () => {
    setQuery({ search: search.value.trim(), down: down.checked ? 'true' : '', skip: '' });
    reload();
  };
  down.addEventListener('change', find);
  return h(
    'form',
    {
      class: 'ops-search',
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        find();
      },
    },
    h('div', { class: 'ops-field' }, h('label', { for: 'opsSearch' }, text.opsSearch), search),
    h('button', { type: 'submit', class: 'button compact' }, text.opsFind),
    h('label', { class: 'ops-check', for: 'opsDown' }, down, text.opsOnlyDown),
  );
}

/** @param {Session} session @param {Game} game @param {() => void} reload */
function row(session, game, reload) {
  const isDown = game.taken_down_at !== null;
  const at = game.taken_down_at ?? game.published_at;
  const visibility =
    game.visibility === null ? text.opsWithdrawn : text.opsVisibilities[game.visibility];
  return h(
    'div',
    { class: 'ops-row ops-game' },
    h('strong', {}, game.title || text.undefinedName),
    h('span', {}, game.email),
    h(
      'span',
      { class: 'ops-note' },
      [visibility, text.opsPlayCount(game.play_count), at && moment(at)]
        .filter(Boolean)
        .join(' · '),
    ),
    isDown && h('p', {}, badge('bad', text.opsIsDown), ` ${game.reason}`),
    h(
      'div',
      { class: 'ops-acts' },
      !isDown && outside(`/play/${game.id}`, text.opsPlayPage),
      buttonOf(
        {
          class: 'button compact',
          'data-key': game.id,
          'aria-label': `${isDown ? text.opsPutBack : text.opsTakeDown}: ${game.title}`,
        },
        isDown ? text.opsPutBack : text.opsTakeDown,
        () => void move(session, game, isDown).then(reload),
      ),
    ),
  );
}

/** @param {Session} session @param {Game} game @param {boolean} isDown */
async function move(session, { id }, isDown) {
  const answer = await doAct(session, {
    path: `/api/ops/games/${id}/${isDown ? 'put-back' : 'take-down'}`,
    iconName: 'alert',
    title: isDown ? text.opsPutBack : text.opsTakeDown,
    line: isDown ? text.opsPutBackLine : text.opsTakeDownLine,
  });
  if (!answer) return;
  const { isMoved } = await answer.json();
  if (isMoved) toast(isDown ? text.opsIsBack : text.opsTakenDown, { kind: 'success' });
  else toast(text.opsUnmoved);
}
