/** The one WebSocket of a page: opens, signs in, notices when it is dead, comes back. */
import type { ClientFrame, ConnectionState, ServerFrame } from '../types.js';
import { watchLiveness } from './liveness.ts';
import type { Session } from './session.js';

const FIRST_RETRY_MS = 1_000;
const RETRY_FACTOR = 1.5;
const LONGEST_RETRY_MS = 10_000;
const PONG_WITHIN_MS = 2_000;
/** An answer to `init` that takes longer is a dead server behind a living proxy. */
const INIT_WITHIN_MS = 15_000;
const UNAUTHORISED = 4001;

interface Listener {
  /** Every frame but `pong`, from the newest socket only. */
  onFrame: (frame: ServerFrame) => void;
  onState: (state: ConnectionState) => void;
}

export class Connection {
  private socket: WebSocket | null = null;
  private presentState: ConnectionState = 'connecting';
  private retries = 0;
  private sessionTag = crypto.randomUUID();
  private retryTimer: number | undefined;
  private deadline: number | undefined;

  /** `pageSize`: projects in a list, at most. */
  constructor(
    private readonly session: Session,
    private readonly listener: Listener,
    private readonly pageSize: number,
  ) {}

  get state(): ConnectionState {
    return this.presentState;
  }

  start(): void {
    watchLiveness(this);
    this.connect();
  }

  /** Opens a new socket now, in place of an open or planned one. */
  connect(): void {
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.deadline);
    this.drop();
    this.setState('connecting');
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/`);
    this.socket = socket;
    this.deadline = window.setTimeout(() => socket === this.socket && this.lost(), INIT_WITHIN_MS);
    socket.addEventListener('open', () => {
      if (socket === this.socket)
        this.write({
          type: 'init',
          access_token: this.session.token,
          sessionId: this.sessionTag,
          limit: this.pageSize,
        });
    });
    socket.addEventListener('message', (event) => {
      if (socket === this.socket) this.receive(String(event.data));
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.socket) void this.closed(event.code);
    });
  }

  /** Returns false if there is no ready connection. */
  send(frame: ClientFrame): boolean {
    if (this.presentState !== 'ready' && this.presentState !== 'verifying') return false;
    this.write(frame);
    return true;
  }

  /** Sends a ping; a socket that does not answer is replaced. */
  check(): void {
    if (this.presentState === 'closed') return this.connect();
    if (this.presentState !== 'ready') return;
    this.setState('verifying');
    const socket = this.socket;
    this.write({ type: 'ping' });
    this.deadline = window.setTimeout(
      () => socket === this.socket && this.connect(),
      PONG_WITHIN_MS,
    );
  }

  /** The browser reports that there is no network: a timeout would come too late. */
  cut(): void {
    if (this.presentState !== 'closed') this.lost();
  }

  private write(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private receive(data: string): void {
    const frame = JSON.parse(data) as ServerFrame;
    if (this.presentState === 'verifying') this.ready();
    if (frame.type === 'pong') return;
    if (frame.type === 'init') {
      this.retries = 0;
      this.ready();
    } else if (frame.type === 'error' && this.presentState === 'connecting') {
      return this.refused();
    }
    this.listener.onFrame(frame);
  }

  private ready(): void {
    window.clearTimeout(this.deadline);
    this.setState('ready');
  }

  /** `init` was answered by an error: retried later. A refused token closes the socket itself. */
  private refused(): void {
    const socket = this.socket;
    window.clearTimeout(this.deadline);
    this.deadline = window.setTimeout(() => socket === this.socket && this.lost(), FIRST_RETRY_MS);
  }

  private async closed(code: number): Promise<void> {
    if (code !== UNAUTHORISED) return this.lost();
    this.drop();
    this.setState('closed');
    const renewal = await this.session.renew();
    if (renewal === 'renewed') return this.connect();
    if (renewal === 'refused') return this.session.leave('expired');
    this.lost();
  }

  private lost(): void {
    window.clearTimeout(this.deadline);
    this.drop();
    this.setState('closed');
    const wait = Math.min(FIRST_RETRY_MS * RETRY_FACTOR ** this.retries, LONGEST_RETRY_MS);
    this.retries += 1;
    window.clearTimeout(this.retryTimer);
    this.retryTimer = window.setTimeout(() => this.connect(), wait);
  }

  /** Late events of the old socket are ignored from here on. */
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
  }

  private setState(state: ConnectionState): void {
    if (state === this.presentState) return;
    this.presentState = state;
    this.listener.onState(state);
  }
}
