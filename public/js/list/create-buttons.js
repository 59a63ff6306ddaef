/** The large つくる button, and the floating one that takes its place while the list is scrolled. */
import { text } from '../texts/index.js';
import { byId } from '../ui/dom.js';

/** @param {() => void} onCreate */
export function createButtons(onCreate) {
  const hero = byId('createProjectButton', HTMLButtonElement);
  const floating = byId('createFloatingButton', HTMLButtonElement);
  const label = hero.querySelector('.create-label');
  let enabled = false;
  let busy = false;
  const press = () => {
    if (enabled && !busy) onCreate();
  };
  for (const button of [hero, floating]) button.addEventListener('click', press);

  new IntersectionObserver(
    ([entry]) => {
      const away = entry !== undefined && !entry.isIntersecting;
      floating.classList.toggle('is-shown', away);
      floating.tabIndex = away ? 0 : -1;
      floating.setAttribute('aria-hidden', String(!away));
    },
    { rootMargin: '-80px 0px 0px 0px' },
  ).observe(hero);

  const show = () => {
    hero.disabled = !enabled;
    floating.disabled = !enabled;
    hero.setAttribute('aria-busy', String(busy));
    floating.setAttribute('aria-busy', String(busy));
    if (label) label.textContent = busy ? text.creating : text.create;
  };
  return {
    /** @param {boolean} value */
    setEnabled(value) {
      enabled = value;
      show();
    },
    /** @param {boolean} value */
    setBusy(value) {
      busy = value;
      show();
    },
  };
}
