import { gzipSync } from 'node:zlib';
import { redactText } from '../../telemetry/log.js';
import { recordingText } from '../recording-text.js';

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET_NAME = /key|secret|token|password/i;
/** Shorter values are no secrets, and removing them would tear words apart. */
const MIN_SECRET_CHARS = 8;
const CENSOR = '[redacted]';

export type Cleaner = ReturnType<typeof createCleaner>;

/** Takes keys and tokens out of what leaves the machine; it knows those that variables hold. */
export function createCleaner(environments: readonly Environment[]) {
  const secrets = environments
    .flatMap((environment) => Object.entries(environment))
    .filter(([name, value]) => SECRET_NAME.test(name) && (value ?? '').length >= MIN_SECRET_CHARS)
    .map(([, value]) => value as string);
  const withoutKnown = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, CENSOR), text);
  const text = (value: string): string => redactText(withoutKnown(value));
  return {
    /** A text of ours: the secrets that are known here, and what looks like one. */
    text,
    /** The same for each string of a JSON value, payloads of Temporal included. */
    json: (value: unknown) => mapStrings(value, text),
    /** A recording: only secrets that are known here; its other bytes are what is looked at. */
    async recording(bytes: Buffer): Promise<Buffer> {
      const lines = await recordingText(bytes);
      const clean = withoutKnown(lines);
      return clean === lines ? bytes : gzipSync(clean);
    },
  };
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  const isPayload = 'metadata' in value && 'data' in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => [
      name,
      isPayload && name === 'data' && typeof item === 'string'
        ? cleanPayload(item, change)
        : mapStrings(item, change),
    ]),
  );
}

/** The bytes of a payload as its history has them: base64 of JSON. */
function cleanPayload(data: string, change: (text: string) => string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
    return Buffer.from(JSON.stringify(mapStrings(value, change))).toString('base64');
  } catch {
    return Buffer.from(change(Buffer.from(data, 'base64').toString('latin1')), 'latin1').toString(
      'base64',
    );
  }
}
