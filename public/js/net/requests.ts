/**
 * Questions over the socket that have one answer. Frames carry no request id, so one question is
 * open at a time and an `error` frame belongs to it.
 */
import { explainFailure } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import type { ClientFrame, Frame, ServerFrame } from '../types.js';

const ANSWER_WITHIN_MS = 15_000;

interface OpenQuestion {
  isAnswer: (frame: ServerFrame) => boolean;
  resolve: (frame: ServerFrame) => void;
  reject: (error: Error) => void;
}

interface Options<T extends ServerFrame['type']> {
  timeoutMs?: number;
  /** Which frame of the type is the answer. */
  where?: (frame: Frame<T>) => boolean;
}

/** An answer that is a refusal: its message is a sentence for the user. */
export class RequestRefused extends Error {
  constructor(
    sentence: string,
    readonly code: string | undefined,
  ) {
    super(sentence);
  }
}

export class Requests {
  private open: OpenQuestion | null = null;
  private last: Promise<unknown> = Promise.resolve();

  /** `send` returns false while there is no connection. */
  constructor(private readonly send: (frame: ClientFrame) => boolean) {}

  /** Rejects with a sentence for the user. */
  ask<T extends ServerFrame['type']>(
    frame: ClientFrame,
    answerType: T,
    { timeoutMs = ANSWER_WITHIN_MS, where = () => true }: Options<T> = {},
  ): Promise<Frame<T>> {
    const isAnswer = (candidate: ServerFrame): boolean =>
      candidate.type === answerType && where(candidate as Frame<T>);
    const answer = this.last.then(() => this.askNow(frame, isAnswer, timeoutMs));
    this.last = answer.catch(() => undefined);
    return answer as Promise<Frame<T>>;
  }

  private askNow(
    frame: ClientFrame,
    isAnswer: OpenQuestion['isAnswer'],
    timeoutMs: number,
  ): Promise<ServerFrame> {
    const answer = new Promise<ServerFrame>((resolve, reject) => {
      this.open = { isAnswer, resolve, reject };
      if (!this.send(frame)) reject(new Error(text.offline));
    });
    const timer = window.setTimeout(() => this.open?.reject(new Error(text.noAnswer)), timeoutMs);
    return answer.finally(() => {
      window.clearTimeout(timer);
      this.open = null;
    });
  }

  /** Offers a frame to the open question. Returns true if the frame was its failure. */
  take(frame: ServerFrame): boolean {
    const open = this.open;
    if (!open) return false;
    if (frame.type === 'error') {
      const { error } = frame;
      const { sentence } = explainFailure({ ...error, message: frame.message ?? error?.message });
      open.reject(new RequestRefused(sentence, error?.code));
      return true;
    }
    if (open.isAnswer(frame)) open.resolve(frame);
    return false;
  }

  /** The socket is gone: the open question will not be answered. */
  lost(): void {
    this.open?.reject(new Error(text.offline));
  }
}
