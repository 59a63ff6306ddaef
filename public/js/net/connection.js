/** The one WebSocket of a page: opens, signs in, notices when it is dead, comes back. */
import { watchLiveness } from './liveness.js';

/** @typedef {import('../types.js').ServerFrame} ServerFrame */
/** @typedef {import('../types.js').ConnectionState} ConnectionState */

const FIRST_RETRY_MS = 1_000;
const RETRY_FACTOR = 1.5;
const LONGEST_RETRY_MS = 10_000;
const PONG_WITHIN_MS = 2_000;
/** An answer to `init` that takes longer is a dead server behind a living proxy. */
const INIT_WITHIN_MS = 15_000;
const UNAUTHORISED = 4001;

/**
 * @typedef {object} Listener
 * @property {(frame: ServerFrame) => void} onFrame every frame but `pong`, from the newest socket
 * only
 * @property {(state: ConnectionState) => void} onState
 */

export class Connection {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ConnectionState} */
  #state = 'connecting';
  #retries = 0;
  #sessionTag = crypto.randomUUID();
  /** @type {number | undefined} */
  #retryTimer;
  /** @type {number | undefined} */
  #deadline;

  /**
   * @param {import('./session.js').Session} session
   * @param {Listener} listener
   * @param {number} pageSize so many projects are in a list at most
   */
  constructor(session, listener, pageSize) {
    this.pageSize = pageSize;
    this.session = session;
    this.listener = listener;
  }

  get state() {
    return this.#state;
  }

  start() {
    watchLiveness(this);
    this.connect();
  }

  /** Opens a new socket now; whatever was open or planned is forgotten. */
  connect() {
    window.clearTimeout(this.#retryTimer);
    window.clearTimeout(this.#deadline);
    this.#drop();
    this.#setState('connecting');
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/`);
    this.#socket = socket;
    this.#deadline = window.setTimeout(
      () => socket === this.#socket && this.#lost(),
      INIT_WITHIN_MS,
    );
    socket.addEventListener('open', () => {
      if (socket === this.#socket)
        this.#write({
          type: 'init',
          access_token: this.session.token,
          sessionId: this.#sessionTag,
          limit: this.pageSize,
        });
    });
    socket.addEventListener('message', (event) => {
      if (socket === this.#socket) this.#receive(String(event.data));
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.#socket) void this.#closed(event.code);
    });
  }

  /**
   * @param {{ type: string }} frame
   * @returns {boolean} false when there is no ready connection
   */
  send(frame) {
    if (this.#state !== 'ready' && this.#state !== 'verifying') return false;
    this.#write(frame);
    return true;
  }

  /** Is the other side still there? A socket that does not answer is replaced. */
  check() {
    if (this.#state === 'closed') return this.connect();
    if (this.#state !== 'ready') return;
    this.#setState('verifying');
    const socket = this.#socket;
    this.#write({ type: 'ping' });
    this.#deadline = window.setTimeout(
      () => socket === this.#socket && this.connect(),
      PONG_WITHIN_MS,
    );
  }

  /** The browser knows that there is no network: nothing can be waited for. */
  cut() {
    if (this.#state !== 'closed') this.#lost();
  }

  /** @param {object} frame */
  #write(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {string} data */
  #receive(data) {
    /** @type {ServerFrame} */
    const frame = JSON.parse(data);
    if (this.#state === 'verifying') this.#ready();
    if (frame.type === 'pong') return;
    if (frame.type === 'init') {
      this.#retries = 0;
      this.#ready();
    } else if (frame.type === 'error' && this.#state === 'connecting') {
      return this.#refused();
    }
    this.listener.onFrame(frame);
  }

  #ready() {
    window.clearTimeout(this.#deadline);
    this.#setState('ready');
  }

  /**
   * `init` was answered by an error. A refused token closes the socket by itself; for the rest we
   * try again later.
   */
  #refused() {
    const socket = this.#socket;
    window.clearTimeout(this.#deadline);
    this.#deadline = window.setTimeout(
      () => socket === this.#socket && this.#lost(),
      FIRST_RETRY_MS,
    );
  }

  /** @param {number} code */
  async #closed(code) {
    if (code !== UNAUTHORISED) return this.#lost();
    this.#drop();
    this.#setState('closed');
    const renewal = await this.session.renew();
    if (renewal === 'renewed') return this.connect();
    if (renewal === 'refused') return this.session.leave('expired');
    this.#lost();
  }

  #lost() {
    window.clearTimeout(this.#deadline);
    this.#drop();
    this.#setState('closed');
    const wait = Math.min(FIRST_RETRY_MS * RETRY_FACTOR ** this.#retries, LONGEST_RETRY_MS);
    this.#retries += 1;
    window.clearTimeout(this.#retryTimer);
    this.#retryTimer = window.setTimeout(() => this.connect(), wait);
  }

  /** From here on the old socket is a stranger: its late events are ignored. */
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
  }

  /** @param {ConnectionState} state */
  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.listener.onState(state);
  }
}
