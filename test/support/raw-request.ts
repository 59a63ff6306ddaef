import { connect, type Socket } from 'node:net';
import { patient } from './patience.js';

/** Bytes that are written at a time. */
const PIECE_BYTES = 16 * 1024;

/**
 * A request whose body is written piece by piece, or not at all, beside the reading of its answer:
 * what is answered before the body was written was answered without it.
 */
export class RawRequest {
  /** Bytes of the body that were handed to the connection. */
  sentBytes = 0;
  /** Whether the server has said that nothing more comes. */
  hasEnded = false;
  readonly closed: Promise<void>;
  private heard = '';
  private onHeard: () => void = () => undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.heard += text;
      this.onHeard();
    });
    socket.on('end', () => {
      this.hasEnded = true;
      this.onHeard();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.hasEnded = true;
        resolve();
        this.onHeard();
      });
    });
  }

  /**
   * Connects and writes the head; the body of `sizeBytes`, or of an untold size, is to follow.
   * `isStubborn`: goes on sending though the server has ended its side.
   */
  static async open(
    port: number,
    target: string,
    headers: Readonly<Record<string, string>>,
    sizeBytes: number | null,
    isStubborn = false,
  ): Promise<RawRequest> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: isStubborn });
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    const size =
      sizeBytes === null ? ['transfer-encoding: chunked'] : [`content-length: ${sizeBytes}`];
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write([`${target} HTTP/1.1`, 'host: 127.0.0.1', ...size, ...lines, '', ''].join('\r\n'));
    return new RawRequest(socket);
  }

  /** Status and what follows it; throws when none came in time. */
  async answer(): Promise<{ status: number; text: string }> {
    const deadlineMs = performance.now() + patient(20_000);
    while (!/^HTTP\/1\.1 \d{3}[^]*?\r\n\r\n/.test(this.heard)) {
      if (this.hasEnded) throw new Error('the connection ended without an answer');
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`no answer after ${this.sentBytes} bytes of the body`);
      await this.more(leftMs);
    }
    return { status: Number(this.heard.slice(9, 12)), text: this.heard };
  }

  get isAnswered(): boolean {
    return this.heard !== '';
  }

  /** Writes `text` as one part of the body; false when the connection is closed. */
  async send(text: string, isChunked: boolean): Promise<boolean> {
    for (let at = 0; at < text.length; at += PIECE_BYTES) {
      const piece = text.slice(at, at + PIECE_BYTES);
      if (this.socket.destroyed || this.isAnswered) return false;
      this.sentBytes += piece.length;
      const framed = isChunked ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece;
      if (!this.socket.write(framed, 'latin1')) await this.untilDrained();
    }
    return true;
  }

  /** Sends parts of a body of an untold size until the connection is closed, or so many bytes. */
  async flood(limitBytes: number): Promise<void> {
    const part = `${PIECE_BYTES.toString(16)}\r\n${'x'.repeat(PIECE_BYTES)}\r\n`;
    while (!this.socket.destroyed && this.sentBytes < limitBytes) {
      this.sentBytes += PIECE_BYTES;
      if (!this.socket.write(part, 'latin1')) await this.untilDrained();
    }
  }

  private async untilDrained(): Promise<void> {
    const drained = new Promise((resolve) => this.socket.once('drain', resolve));
    await Promise.race([drained, this.closed]);
  }

  close(): void {
    this.socket.destroy();
  }

  private async more(limitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.onHeard = resolve;
      timer = setTimeout(resolve, limitMs);
    });
    clearTimeout(timer);
  }
}
