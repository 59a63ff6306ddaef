import { post } from './post.js';

const MAX_ERRORS = 10;
/** A game that is loaded has this long for its first errors. */
const LOADED_AFTER_MS = 500;

/** Posts the first errors of the game, those of its own script files included (rest.md §6). */
export function reportErrors(): void {
  const errors: object[] = [];
  const add = (record: object): void => {
    if (errors.length >= MAX_ERRORS) return;
    errors.push(record);
    post({ type: 'gameError', errors });
  };
  window.addEventListener('error', (event) => {
    add({
      type: 'error',
      message: event.message,
      file: (event.filename || '').split(/[?#]/)[0]?.split('/').pop() || 'unknown',
      line: event.lineno,
      column: event.colno,
      stack: stackOf(event.error),
    });
  });
  window.addEventListener('unhandledrejection', ({ reason }: { reason: unknown }) => {
    const message = (reason as { message?: unknown } | null)?.message;
    add({
      type: 'unhandledrejection',
      message: String(message || reason),
      stack: stackOf(reason),
    });
  });
  const { console: log } = window;
  const logError = log.error.bind(log);
  log.error = (...words: unknown[]) => {
    add({ type: 'console.error', message: words.map(textOf).join(' ') });
    logError(...words);
  };
  window.addEventListener('load', () => {
    setTimeout(() => {
      const errorCount = errors.length;
      post({ type: 'gameLoaded', success: errorCount === 0, errorCount, errors });
    }, LOADED_AFTER_MS);
  });
}

const stackOf = (thrown: unknown): unknown =>
  (thrown as { stack?: unknown } | null | undefined)?.stack || null;

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof Error) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
