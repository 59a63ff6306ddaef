/** The message box and its buttons: grows with the text, sends on Enter, keeps the draft. */
import { text } from '../texts/index.js';
import { byId, isComposing, isPhone, passFocus } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { toast } from '../ui/toast.js';

const MAX_LINES = 6;
/** As the server takes them (contracts/wire/frames). */
const MAX_CHARS = 20_000;
/** From here on the number of characters is shown. */
const COUNTED_FROM_CHARS = 18_000;

/**
 * @typedef {{ onSend: (content: string) => void, onStop: () => void, onReconnect: () => void }}
 * ComposerActions
 */

export class Composer {
  #input = byId('chatInput', HTMLTextAreaElement);
  #send = byId('sendButton', HTMLButtonElement);
  #stop = byId('stopButton', HTMLButtonElement);
  #count = byId('inputCount', HTMLParagraphElement);
  /** @type {'waiting' | 'ready' | 'away'} */
  #link = 'waiting';
  #busy = false;

  /**
   * @param {string} projectId @param {import('./attachments.js').Attachments} attachments @param
   * {ComposerActions} actions
   */
  constructor(projectId, attachments, actions) {
    this.draftKey = `dreamcore_draft_${projectId}`;
    this.attachments = attachments;
    this.actions = actions;
    this.#input.value = sessionStorage.getItem(this.draftKey) ?? '';
    this.#input.addEventListener('input', () => this.#changed());
    this.#input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      this.#submit();
    });
    byId('composer', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#stop.addEventListener('click', () => {
      if (this.#stop.getAttribute('aria-busy') !== 'true') actions.onStop();
    });
    this.#showButtons();
    this.#changed();
  }

  /** Known project: from now on one may write, also while the connection is away. */
  enable() {
    this.#input.disabled = false;
    this.#showButtons();
  }

  /** `away`: the send button reconnects. @param {'ready' | 'away'} link */
  setLink(link) {
    this.#link = link;
    this.#showButtons();
  }

  /** @param {boolean} busy @param {{ stoppable?: boolean }} [options] */
  setBusy(busy, { stoppable = false } = {}) {
    this.#busy = busy;
    if (!stoppable) this.#leave(this.#stop);
    this.#stop.hidden = !stoppable;
    this.setStopping(false);
    this.#showButtons();
  }

  /**
   * Hands the focus of a button that goes out of use on; a phone's keyboard stays where it is.
   * @param {HTMLButtonElement} button
   */
  #leave(button) {
    passFocus(button, isPhone() ? byId('chatMessages', HTMLDivElement) : this.#input);
  }

  /** @param {boolean} stopping */
  setStopping(stopping) {
    if (stopping) this.#stop.setAttribute('aria-busy', 'true');
    else this.#stop.removeAttribute('aria-busy');
    const label = this.#stop.querySelector('span');
    if (label) label.textContent = stopping ? text.stopping : text.stop;
  }

  /**
   * Puts a text into an empty box; text of the user is never overwritten. @param {string}
   * content
   */
  giveBack(content) {
    if (this.#input.value.trim() !== '' || !this.attachments.isEmpty) return;
    this.#input.value = this.attachments.takeFrom(content);
    this.#changed();
  }

  /**
   * It was sent after all: empties the box if nothing else stands there.
   * @param {string} content
   */
  takeBack(content) {
    if (this.#content === content.trim()) this.clear();
  }

  /** @param {string} content */
  write(content) {
    this.#input.value = content;
    this.#changed();
    this.#input.focus();
    this.#input.setSelectionRange(content.length, content.length);
  }

  /** Joins a suggestion to what stands there. @param {string} suggestion */
  add(suggestion) {
    const present = this.#input.value.trim();
    this.write(present === '' ? suggestion : `${present}、${suggestion}`);
  }

  /** The message as it would be sent. */
  get #content() {
    return this.attachments.compose(this.#input.value.trim());
  }

  clear() {
    this.attachments.clear();
    this.#input.value = '';
    this.#changed();
  }

  #submit() {
    if (this.#link === 'away') return this.actions.onReconnect();
    const content = this.#content;
    if (this.attachments.isUploading) return toast(text.attachmentBusy);
    if (this.#link !== 'ready' || this.#busy || content === '') return;
    if (content.length > MAX_CHARS) return toast(text.inputTooLong, { kind: 'error' });
    this.actions.onSend(content);
  }

  #changed() {
    sessionStorage.setItem(this.draftKey, this.#input.value);
    this.#showCount(this.#content.length);
    const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(this.#input);
    const frame = this.#input.offsetHeight - this.#input.clientHeight;
    const tallest =
      parseFloat(lineHeight) * MAX_LINES + parseFloat(paddingTop) + parseFloat(paddingBottom);
    this.#input.style.height = 'auto';
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, tallest) + frame}px`;
  }

  /** @param {number} chars */
  #showCount(chars) {
    const isOver = chars > MAX_CHARS;
    this.#count.hidden = chars < COUNTED_FROM_CHARS;
    this.#count.classList.toggle('is-over', isOver);
    this.#count.textContent = text.inputCount(chars, MAX_CHARS);
    this.#input.setAttribute('aria-invalid', String(isOver));
  }

  #showButtons() {
    const away = this.#link === 'away';
    this.#send.classList.toggle('dark', away);
    this.#send.classList.toggle('primary', !away);
    const isOff = !away && (this.#busy || this.#link !== 'ready');
    if (isOff) this.#leave(this.#send);
    this.#send.disabled = isOff;
    this.#send.replaceChildren(icon(away ? 'reload' : 'send', 18), document.createElement('span'));
    const label = this.#send.lastElementChild;
    if (label) label.textContent = away ? text.reconnect : text.send;
  }
}
