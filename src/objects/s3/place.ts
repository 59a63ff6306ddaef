import { z } from 'zod';

/** Where a bucket is, and where in it our objects lie. */
export interface S3Place {
  /** Origin of the server, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** In front of every key: empty, or with its slash at the end. */
  readonly prefix: string;
  /** The bucket in the path of a request instead of the host's name. */
  readonly isPathStyle: boolean;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[a-z0-9][a-z0-9._-]*\/)*$/;
const PARAMETERS = ['endpoint', 'region', 'style'];
const DEFAULT_REGION = 'us-east-1';
const SHAPE = 's3://<bucket>[/<prefix>][?endpoint=https://…][&region=…][&style=path|host]';

/** `OBJECTS_URL`: a bucket of S3 or of a server that speaks its language. */
export const S3Url = z.string().transform((text, context): S3Place => {
  const place = parsePlace(text);
  if (typeof place !== 'string') return place;
  context.addIssue({ code: 'custom', message: place });
  return z.NEVER;
});

/** The place, or what is wrong with the text; a text with keys in it is not repeated. */
function parsePlace(text: string): S3Place | string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 's3:') return `is not ${SHAPE}`;
  if (url.username !== '' || url.password !== '')
    return 'holds keys: they have their own variables';
  const bucket = url.host;
  if (!BUCKET.test(bucket))
    return 'names no bucket: 3 to 63 lower-case letters, digits, "-" and "."';
  const prefix = url.pathname.replace(/^\//, '').replace(/([^/])$/, '$1/');
  if (!PREFIX.test(prefix)) return 'has a prefix that no key can have';
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return `has an unknown parameter; it is ${SHAPE}`;
  const region = url.searchParams.get('region') ?? DEFAULT_REGION;
  const given = url.searchParams.get('endpoint');
  const endpoint = originOf(given ?? `https://s3.${region}.amazonaws.com`);
  if (endpoint === null) return 'has an endpoint that is no http(s) origin';
  const style = url.searchParams.get('style') ?? (given === null ? 'host' : 'path');
  if (style !== 'path' && style !== 'host') return 'has a style other than path or host';
  return { endpoint, region, bucket, prefix, isPathStyle: style === 'path' };
}

function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, origin, pathname, search, username } = new URL(text);
  const isOrigin = pathname === '/' && search === '' && username === '';
  return isOrigin && /^https?:$/.test(protocol) ? origin : null;
}
