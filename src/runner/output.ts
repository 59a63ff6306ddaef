import type { Writable } from 'node:stream';
import { AppError, isErrorKind } from '../contracts/base/errors.js';
import type { RunnerFailure } from '../contracts/execution/runner.js';
import { isDiskFull } from '../disk/disk-full.js';

const ALIVE_EVERY_MS = 1_000;

/** The program's side of its parent's pipe: JSON lines, the last one is the result or the error. */
export class Output {
  private lastAliveMs = -Infinity;

  /** `secrets` are removed from all output. */
  constructor(
    private readonly out: Writable,
    private readonly secrets: readonly string[],
  ) {}

  /** Reports progress, at most once a second. */
  alive(seq: number): void {
    const now = performance.now();
    if (now - this.lastAliveMs < ALIVE_EVERY_MS) return;
    this.lastAliveMs = now;
    this.out.write(`${JSON.stringify({ alive: seq })}\n`);
  }

  /** How much of the work is done. */
  progress(percent: number): void {
    this.out.write(`${JSON.stringify({ progress: percent })}\n`);
  }

  /** Asks the parent for something, or reports it. */
  tell(line: object): void {
    this.out.write(`${JSON.stringify(line)}\n`);
  }

  result(result: unknown): Promise<void> {
    return this.last({ result });
  }

  /** `costUsd`: what the model had cost by then; null = unknown. */
  failure(error: unknown, costUsd: number | null): Promise<void> {
    return this.last({
      error: { ...describeFailure(error), ...(costUsd === null ? {} : { costUsd }) },
    });
  }

  private last(line: object): Promise<void> {
    const text = `${this.redact(JSON.stringify(line))}\n`;
    // The parent may be gone: the program ends all the same.
    return new Promise((resolve) => this.out.write(text, () => resolve()));
  }

  redact(text: string): string {
    return this.secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  }
}

/** Any thrown value as a failure of a known kind. */
function describeFailure(error: unknown): RunnerFailure {
  if (error instanceof AppError) {
    const retryAfterMs = error.details['retryAfterMs'];
    return {
      kind: error.kind,
      message: error.message,
      ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    };
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (isDiskFull(error)) return { kind: 'DiskFull', message };
  return { kind: isErrorKind(code) ? code : 'OPERATION_FAILED', message: message ?? String(error) };
}
