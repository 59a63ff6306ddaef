import { pino, type Logger } from 'pino';
import { printableJson, printableTexts } from './printable.js';
import { traceFields } from './tracing.js';

export type Log = Logger;

const CENSOR = '[redacted]';
/**
 * Field names whose texts never reach a log, in any spelling: apiKey, ANTHROPIC_API_KEY,
 * refresh_token, Authorization, …
 */
const SECRET_FIELD = /key$|keys$|secret|token|authorization|password|cookie/i;
/**
 * Secrets that travel inside texts (URLs, error messages): query tokens, bearer tokens, JWTs, model
 * and gateway keys, database passwords. The bounds keep long lines from being read again and again.
 */
const SECRET_TEXT = [
  [/(token|apikey)=[^\s&"'\\]+/gi, `$1=${CENSOR}`],
  [/\b(Bearer)\s+[\w.~+/=-]+/gi, `$1 ${CENSOR}`],
  [/\beyJ[\w-]{8,400}\.[\w-]{8,}\.[\w-]*/g, CENSOR],
  [/\b(?:sk-ant-|sb_secret_)[\w-]+/g, CENSOR],
  [/(postgres(?:ql)?:\/\/[^\s:/@]{0,200}):[^\s@]{1,400}@/g, `$1:${CENSOR}@`],
] as const;
const MAX_DEPTH = 6;

const destination: { write(line: string): void } = process.stdout.isTTY
  ? (await import('pino-pretty')).default({
      sync: true,
      colorize: true,
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname,name,part,tookMs,delayMs',
      messageFormat: '{name}: {msg}',
    })
  : pino.destination({ dest: 1, sync: true });
const shown = process.stdout.isTTY ? printableTexts : printableJson;

/**
 * Where log lines go: written as they are (one JSON object per line), or made readable when a
 * person looks at a terminal. Synchronous in both cases, so that the last words of a dying process
 * are not lost. Nothing in a line steers a terminal, also where one shows the file.
 */
export const logOutput = {
  write(line: string): void {
    destination.write(shown(line));
  },
};

/**
 * The log of one process, secrets removed by field name and by shape.
 * `LOG_LEVEL` (default `info`) is read here and not from the configuration, because the log must
 * work before that is parsed.
 */
export function createLog(name: string): Log {
  return pino(
    {
      level: process.env.LOG_LEVEL ?? 'info',
      base: { name },
      mixin: traceFields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (fields) => redactFields(fields, false, 0) as Record<string, unknown> },
      hooks: { streamWrite: redactText },
    },
    logOutput,
  );
}

/** A `catch` for what can be done without: logs why it is not there; resolves to `value`. */
export function warned<T = undefined>(
  log: Pick<Log, 'warn'>,
  facts: object,
  sentence: string,
  value?: T,
): (error: unknown) => T {
  return (err) => {
    log.warn({ err, ...facts }, sentence);
    return value as T;
  };
}

/**
 * Copies plain objects and lists; every text below a secret field is replaced. Errors and class
 * instances are left to the serializers.
 */
function redactFields(value: unknown, isSecret: boolean, depth: number): unknown {
  if (typeof value === 'string') return isSecret ? CENSOR : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return isSecret ? CENSOR : value;
  if (Array.isArray(value)) return value.map((item) => redactFields(item, isSecret, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return isSecret ? CENSOR : value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      redactFields(inner, isSecret || SECRET_FIELD.test(field), depth + 1),
    ]),
  );
}

/** Removes what looks like a secret from a text. */
export function redactText(line: string): string {
  return SECRET_TEXT.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    line,
  );
}
