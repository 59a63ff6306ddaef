/** The game's name: shown, and edited in place. */
import { text } from '../texts/index.js';
import { byId, isComposing } from '../ui/dom.js';
import { toast } from '../ui/toast.js';

const POP_MS = 600;

export class ProjectTitle {
  #button = byId('projectTitle', HTMLButtonElement);
  #input = byId('projectTitleInput', HTMLInputElement);
  #name = '';

  /**
   * @param {(name: string) => Promise<unknown>} onRename rejects with a sentence when the server
   * refused
   */
  constructor(onRename) {
    this.onRename = onRename;
    this.#button.title = text.clickToRename;
    this.#button.addEventListener('click', () => this.#edit());
    this.#input.addEventListener('blur', () => void this.#save());
    this.#input.addEventListener('keydown', (event) => {
      if (isComposing(event)) return;
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.preventDefault(); // or the same key would press the button that gets the focus
      this.#leave(event.key === 'Enter');
    });
  }

  get name() {
    return this.#name;
  }

  /** @param {string} name @param {{ animate?: boolean }} [options] */
  set(name, { animate = true } = {}) {
    const isNew = this.#name !== '' && this.#name !== name;
    this.#name = name;
    this.#button.textContent = name;
    this.#button.disabled = false;
    document.title = text.titleOf(name);
    if (!animate || !isNew) return;
    this.#button.classList.add('is-new');
    window.setTimeout(() => this.#button.classList.remove('is-new'), POP_MS);
  }

  #edit() {
    this.#input.value = this.#name;
    this.#button.hidden = true;
    this.#input.hidden = false;
    this.#input.focus();
    this.#input.select();
  }

  /** Leaving the field saves; Escape puts the old name back first. @param {boolean} keep */
  #leave(keep) {
    if (!keep) this.#input.value = this.#name;
    this.#input.blur();
    this.#button.focus();
  }

  async #save() {
    if (this.#input.hidden) return;
    this.#input.hidden = true;
    this.#button.hidden = false;
    const previous = this.#name;
    const wanted = this.#input.value.trim();
    if (wanted === '' || wanted === previous) return;
    this.set(wanted, { animate: false });
    try {
      await this.onRename(wanted);
    } catch (error) {
      this.set(previous);
      toast(error instanceof Error ? error.message : text.somethingWrong, { kind: 'error' });
    }
  }
}
