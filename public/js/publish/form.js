/** The fields of the publish page: what they hold, how long it may be, and the AI beside them. */
import { text } from '../texts/index.js';
import { buttonOf, h, isComposing } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { Offer } from './offer.js';

/** @typedef {'title' | 'description' | 'howToPlay' | 'tags'} AiField */
/**
 * @typedef {{ title: string, description: string, howToPlay: string, tags: string[], visibility:
 * string, remix: string, thumbnailUrl: string | null }} Draft
 */

/** @type {Record<AiField, string>} */
const LABELS = {
  title: text.publishTitle,
  description: text.publishDescription,
  howToPlay: text.publishHowToPlay,
  tags: text.publishTags,
};
const MAX_TAGS = 10;
const MAX_TAG_CHARS = 20;
const TEXT_FIELDS = /** @type {const} */ (['title', 'description', 'howToPlay']);
const FIELDS = /** @type {const} */ ([
  ...TEXT_FIELDS,
  ...['tags', 'visibility', 'remix', 'thumbnailUrl'],
]);
/** @param {unknown} one @param {unknown} other */
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const LIMITS = { title: 50, description: 500, howToPlay: 1_000 };

export class PublishForm {
  /** @type {string[]} */
  #tags = [];
  /** @type {string | null} */
  thumbnailUrl = null;
  /** What is stored, as this page knows it. @type {Partial<Draft>} */
  #stored = {};
  /** All that this page has sent, whether it was answered or not. @type {Set<string>} */
  #sent = new Set();
  /** @type {Map<AiField, { chip: HTMLButtonElement, offer: Offer }>} */
  #ai = new Map();
  /** Fields with words of the person: the AI offers here, and writes nowhere else over words. */
  #owned = /** @type {Set<string>} */ (new Set());
  #busy = /** @type {AiField[] | null} */ (null);
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
    // Else Enter in a field of one line publishes the game.
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target instanceof HTMLInputElement) event.preventDefault();
    });
    form.append(
      this.#textField('title', 'input', { autocomplete: 'off' }),
      this.#textField('description', 'textarea', { rows: 4 }),
      this.#tagField(),
      this.#textField('howToPlay', 'textarea', { rows: 5 }),
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

  /**
   * Shows a draft. What stands in a stored one is the person's. @param {Partial<Draft>} draft
   * @param {{ isStored: boolean }} options
   */
  load(draft, { isStored }) {
    for (const field of FIELDS) {
      this.#put(field, draft);
      if (isStored && String(draft[field] ?? '') !== '') this.#owned.add(field);
    }
    const { visibility, remix, thumbnailUrl, ...words } = this.read();
    // What was never chosen here is not sent: another device may have chosen.
    this.#stored = { visibility, remix, thumbnailUrl, ...(isStored && words) };
    this.#form.removeAttribute('aria-busy');
  }

  /** @param {typeof FIELDS[number]} field @param {Partial<Draft>} draft */
  #put(field, draft) {
    if (field === 'tags') this.#setTags(draft.tags ?? []);
    else if (field === 'thumbnailUrl') this.thumbnailUrl = draft.thumbnailUrl ?? null;
    else if (field === 'visibility') this.#choose(field, draft.visibility ?? 'public');
    else if (field === 'remix')
      this.#choose(field, (draft.remix ?? 'allowed') === 'allowed' ? 'allowed' : 'disallowed');
    else this.#write(field, draft[field] ?? '');
  }

  /** What is not stored yet: fields that another device changes meanwhile stay out of it. */
  changes() {
    const now = this.read();
    const changed = FIELDS.filter((field) => !isSame(now[field], this.#stored[field]));
    for (const field of changed) this.#sent.add(JSON.stringify([field, now[field]]));
    return Object.fromEntries(changed.map((field) => [field, now[field]]));
  }

  /**
   * It is stored: shows what others have changed, and leaves what was typed meanwhile. What another
   * device has written into the same fields is offered.
   * @param {Partial<Draft> & { replaced?: Partial<Draft> }} draft @param {Partial<Draft>} sent
   * @returns {boolean} whether there is any
   */
  settle({ replaced = {}, ...draft }, sent) {
    const now = this.read();
    const known = { ...this.#stored, ...sent };
    const elsewhere = [...this.#ai.keys()].filter((field) => {
      const other = replaced[field] ?? '';
      const isOwn = this.#sent.has(JSON.stringify([field, other]));
      const isNews = !isOwn && other.length > 0 && !isSame(other, this.#stored[field]);
      if (isNews) this.#offer(field, other, true);
      return isNews;
    });
    const untouched = FIELDS.filter((field) => isSame(now[field], known[field]));
    for (const field of untouched) if (!isSame(now[field], draft[field])) this.#put(field, draft);
    const shown = this.read();
    this.#stored = {
      ...known,
      ...Object.fromEntries(untouched.map((each) => [each, shown[each]])),
    };
    return elsewhere.length > 0;
  }

  /** @param {AiField} field @param {string | string[]} value @param {boolean} isElsewhere */
  #offer(field, value, isElsewhere) {
    const use = () => {
      this.#put(field, { [field]: value });
      this.#onChange();
    };
    const words = Array.isArray(value) ? value.join(text.comma) : value;
    this.#ai.get(field)?.offer.make(words, use, isElsewhere);
  }

  /**
   * Words of the AI: written into empty fields, offered elsewhere. @param {Partial<Draft>}
   * words @param {AiField[]} fields
   */
  propose(words, fields) {
    for (const field of fields) {
      const value = words[field];
      if (value === undefined) continue;
      const present = String(this.read()[field]);
      const isThere = String(value) === present;
      const wasAskedFor = fields.length === 1 && present === '';
      if (!this.#owned.has(field) || wasAskedFor) this.#put(field, words);
      else if (!isThere) this.#offer(field, value, false);
    }
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
      thumbnailUrl: this.thumbnailUrl,
    };
  }

  focusTitle() {
    this.#field('title').focus();
  }

  /** One question to the AI at a time. @param {AiField[] | null} fields null = it has answered */
  setAiBusy(fields) {
    this.#busy = fields;
    for (const field of this.#ai.keys()) this.#showChip(field);
  }

  /** @param {AiField} field */
  #showChip(field) {
    const { chip, offer } = /** @type {{ chip: HTMLButtonElement, offer: Offer }} */ (
      this.#ai.get(field)
    );
    const isWriting = this.#busy?.includes(field) ?? false;
    const isOff = this.#busy !== null && (isWriting || !offer.isThere);
    // Disabled it would lose the focus.
    chip.setAttribute('aria-disabled', String(isOff));
    chip.classList.toggle('has-offer', offer.isThere && !isWriting);
    chip.textContent = isWriting ? text.publishAiBusy : offer.isThere ? offer.see : text.publishAi;
    chip.setAttribute('aria-label', `${chip.textContent} (${LABELS[field]})`);
    if (offer.isThere) chip.setAttribute('aria-expanded', String(offer.isOpen));
    else chip.removeAttribute('aria-expanded');
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (
      this.#form.elements.namedItem(name)
    );
  }

  /** The AI's button of a field, and the place of its offer. @param {AiField} field */
  #aiOf(field) {
    const offer = new Offer((focus) => {
      this.#showChip(field);
      if (focus) chip.focus();
    });
    const chip = buttonOf({ class: 'chip publish-ai', 'data-field': field }, text.publishAi, () => {
      if (chip.getAttribute('aria-disabled') === 'true') return;
      if (offer.isThere) offer.toggle();
      else this.#askAi(field);
    });
    this.#ai.set(field, { chip, offer });
    this.#showChip(field);
    return { chip, offer: offer.element };
  }

  /** @param {'title' | 'description' | 'howToPlay'} name @param {string} value */
  #write(name, value) {
    this.#field(name).value = value;
    this.#count(name);
  }

  /**
   * @param {'title' | 'description' | 'howToPlay'} name @param {'input' | 'textarea'} tag
   * @param {import('../ui/dom.js').Props} attributes
   */
  #textField(name, tag, attributes) {
    const oninput = () => {
      this.#owned.add(name);
      this.#count(name);
      this.#onChange();
    };
    const described = { class: 'text-input', 'aria-describedby': `${name}Count`, oninput };
    const field = h(tag, {
      id: name,
      name,
      maxlength: LIMITS[name],
      ...described,
      ...attributes,
    });
    const { chip, offer } = this.#aiOf(name);
    return h(
      'div',
      { class: 'field' },
      h(
        'div',
        { class: 'publish-label' },
        h('label', { for: name }, LABELS[name]),
        chip,
        h('span', { id: `${name}Count`, class: 'publish-count' }),
      ),
      field,
      offer,
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
      enterkeyhint: 'done',
      placeholder: text.publishTagHint,
      'aria-label': text.publishTagHint,
    });
    const add = () => {
      const tag = input.value.trim();
      if (tag === '' || this.#tags.includes(tag) || this.#tags.length >= MAX_TAGS) return;
      input.value = '';
      this.#ownTags([...this.#tags, tag]);
    };
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !isComposing(event)) add();
    });
    // Keyboards of phones go on to the next field instead of sending Enter.
    input.addEventListener('change', add);
    const { chip, offer } = this.#aiOf('tags');
    return h(
      'div',
      { class: 'field' },
      h('div', { class: 'publish-label' }, h('label', { for: 'newTag' }, LABELS.tags), chip),
      this.#tagList,
      input,
      offer,
    );
  }

  /** The person chose his tags. @param {string[]} tags */
  #ownTags(tags) {
    this.#owned.add('tags');
    this.#setTags(tags);
    this.#onChange();
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
          buttonOf(
            { class: 'icon-button', 'aria-label': text.removeTag(tag) },
            icon('close', 14),
            () => {
              this.#ownTags(this.#tags.filter((other) => other !== tag));
              this.#field('newTag').focus();
            },
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
