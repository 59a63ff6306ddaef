/** The fields of the publish page: what they hold, how long it may be, and the AI beside them. */
import { text } from '../texts/index.js';
import { h, isComposing } from '../ui/dom.js';
import { icon } from '../ui/icons.js';

/** @typedef {'title' | 'description' | 'howToPlay' | 'tags'} AiField */
/**
 * @typedef {{ title: string, description: string, howToPlay: string, tags: string[], visibility:
 * string, remix: string, thumbnailUrl: string | null }} Draft
 */

const MAX_TAGS = 10;
const MAX_TAG_CHARS = 20;
const LIMITS = { title: 50, description: 500, howToPlay: 1_000 };

export class PublishForm {
  /** @type {string[]} */
  #tags = [];
  /** @type {string | null} */
  #thumbnailUrl = null;
  /** @type {Map<AiField, HTMLButtonElement>} */
  #chips = new Map();
  #tagList = h('ul', { class: 'publish-tags' });
  #form;
  #onChange;
  #askAi;

  /**
   * @param {HTMLFormElement} form
   * @param {{ onChange: () => void, askAi: (field: AiField) => void }} options
   */
  constructor(form, { onChange, askAi }) {
    this.#form = form;
    this.#onChange = onChange;
    this.#askAi = askAi;
    form.append(
      this.#textField(
        'title',
        text.publishTitle,
        h('input', {
          id: 'title',
          name: 'title',
          class: 'text-input',
          maxlength: LIMITS.title,
          autocomplete: 'off',
        }),
      ),
      this.#textField(
        'description',
        text.publishDescription,
        h('textarea', {
          id: 'description',
          name: 'description',
          class: 'text-input',
          rows: 4,
          maxlength: LIMITS.description,
        }),
      ),
      this.#tagField(),
      this.#textField(
        'howToPlay',
        text.publishHowToPlay,
        h('textarea', {
          id: 'howToPlay',
          name: 'howToPlay',
          class: 'text-input',
          rows: 5,
          maxlength: LIMITS.howToPlay,
        }),
      ),
      this.#radios('visibility', text.publishVisibility, [
        ['public', text.publishPublic, text.publishPublicNote],
        ['unlisted', text.publishUnlisted, text.publishUnlistedNote],
      ]),
      this.#radios('remix', text.publishRemix, [
        ['allowed', text.publishRemixAllowed, text.publishRemixAllowedNote],
        ['disallowed', text.publishRemixDisallowed, text.publishRemixDisallowedNote],
      ]),
    );
  }

  /** Shows these fields; what is left out stays as it is. @param {Partial<Draft>} draft */
  fill(draft) {
    for (const name of /** @type {const} */ (['title', 'description', 'howToPlay'])) {
      if (draft[name] !== undefined) this.#field(name).value = draft[name] ?? '';
      this.#count(name);
    }
    if (draft.tags) this.#setTags(draft.tags);
    if (draft.thumbnailUrl !== undefined) this.#thumbnailUrl = draft.thumbnailUrl;
    if (draft.visibility) this.#choose('visibility', draft.visibility);
    if (draft.remix) this.#choose('remix', draft.remix === 'allowed' ? 'allowed' : 'disallowed');
    this.#form.removeAttribute('aria-busy');
  }

  /** @returns {Draft} */
  read() {
    const data = new FormData(this.#form);
    const value = (/** @type {string} */ name) => String(data.get(name) ?? '');
    return {
      title: value('title'),
      description: value('description'),
      howToPlay: value('howToPlay'),
      tags: [...this.#tags],
      visibility: value('visibility') || 'private',
      remix: value('remix') || 'disallowed',
      thumbnailUrl: this.#thumbnailUrl,
    };
  }

  focusTitle() {
    this.#field('title').focus();
  }

  /** One question to the AI at a time. @param {AiField[]} fields @param {boolean} isBusy */
  setAiBusy(fields, isBusy) {
    for (const [field, chip] of this.#chips) {
      chip.disabled = isBusy;
      chip.textContent = isBusy && fields.includes(field) ? text.publishAiBusy : text.publishAi;
    }
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
      this.#form.elements.namedItem(name)
    );
  }

  /** @param {AiField} field */
  #chip(field) {
    const chip = h(
      'button',
      { type: 'button', class: 'chip publish-ai', onclick: () => this.#askAi(field) },
      text.publishAi,
    );
    this.#chips.set(field, chip);
    return chip;
  }

  /**
   * @param {'title' | 'description' | 'howToPlay'} name @param {string} label @param
   * {HTMLInputElement | HTMLTextAreaElement} field
   */
  #textField(name, label, field) {
    field.setAttribute('aria-describedby', `${name}Count`);
    field.addEventListener('input', () => {
      this.#count(name);
      this.#onChange();
    });
    return h(
      'div',
      { class: 'field' },
      h(
        'div',
        { class: 'publish-label' },
        h('label', { for: name }, label),
        this.#chip(name),
        h('span', { id: `${name}Count`, class: 'publish-count' }),
      ),
      field,
    );
  }

  /** @param {'title' | 'description' | 'howToPlay'} name */
  #count(name) {
    const count = this.#form.querySelector(`#${name}Count`);
    if (count) count.textContent = `${this.#field(name).value.length}/${LIMITS[name]}`;
  }

  #tagField() {
    const input = h('input', {
      id: 'newTag',
      class: 'text-input',
      maxlength: MAX_TAG_CHARS,
      autocomplete: 'off',
      placeholder: text.publishTagHint,
      'aria-label': text.publishTagHint,
    });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || isComposing(event)) return;
      event.preventDefault();
      const tag = input.value.trim();
      if (tag === '' || this.#tags.includes(tag) || this.#tags.length >= MAX_TAGS) return;
      input.value = '';
      this.#setTags([...this.#tags, tag]);
      this.#onChange();
    });
    return h(
      'div',
      { class: 'field' },
      h(
        'div',
        { class: 'publish-label' },
        h('label', { for: 'newTag' }, text.publishTags),
        this.#chip('tags'),
      ),
      this.#tagList,
      input,
    );
  }

  /** @param {string[]} tags */
  #setTags(tags) {
    this.#tags = tags;
    this.#tagList.replaceChildren(
      ...tags.map((tag) =>
        h(
          'li',
          {},
          h('span', {}, tag),
          h(
            'button',
            {
              type: 'button',
              class: 'icon-button',
              'aria-label': text.removeTag(tag),
              onclick: () => {
                this.#setTags(this.#tags.filter((other) => other !== tag));
                this.#onChange();
              },
            },
            icon('close', 14),
          ),
        ),
      ),
    );
  }

  /**
   * @param {string} name @param {string} legend @param {[value: string, label: string, note:
   * string][]} options
   */
  #radios(name, legend, options) {
    return h(
      'fieldset',
      { class: 'publish-choice' },
      h('legend', {}, legend),
      options.map(([value, label, note], index) =>
        h(
          'label',
          { class: 'publish-option' },
          h('input', {
            type: 'radio',
            name,
            value,
            checked: index === 0,
            onchange: () => this.#onChange(),
          }),
          h('span', {}, h('strong', {}, label), h('span', {}, note)),
        ),
      ),
    );
  }

  /**
   * A value that the page does not offer (a private draft) leaves nothing chosen. @param {string}
   * name @param {string} value
   */
  #choose(name, value) {
    for (const radio of this.#form.querySelectorAll(`input[name="${name}"]`)) {
      if (radio instanceof HTMLInputElement) radio.checked = radio.value === value;
    }
  }
}
