/** The parts of S3's answers that the driver reads. */

export interface ListedKey {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

/** A page of `ListObjectsV2`. */
export function readPage(xml: string): { keys: ListedKey[]; isTruncated: boolean } {
  const keys = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, entry = '']) => ({
    key: fieldOf(entry, 'Key'),
    sizeBytes: Number(fieldOf(entry, 'Size')),
    modifiedAt: new Date(fieldOf(entry, 'LastModified')),
  }));
  return { keys, isTruncated: fieldOf(xml, 'IsTruncated') === 'true' };
}

/** Names whose newest version is a delete, and the ids of those, on a page of versions. */
export function readDeletions(xml: string): { key: string; versionId: string }[] {
  return [...xml.matchAll(/<DeleteMarker>(.*?)<\/DeleteMarker>/gs)]
    .filter(([, entry = '']) => fieldOf(entry, 'IsLatest') === 'true')
    .map(([, entry = '']) => ({
      key: fieldOf(entry, 'Key'),
      versionId: fieldOf(entry, 'VersionId'),
    }));
}

/** What `DeleteObjects` asks for. Keys are valid: they hold nothing that XML writes otherwise. */
export function deletionOf(keys: readonly string[]): string {
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('');
  return `<Delete xmlns="${NAMESPACE}"><Quiet>true</Quiet>${objects}</Delete>`;
}

/** Codes of the keys that `DeleteObjects` did not remove. */
export function failedDeletions(xml: string): string[] {
  return [...xml.matchAll(/<Error>(.*?)<\/Error>/gs)]
    .map(([, entry = '']) => fieldOf(entry, 'Code'))
    .filter((code) => code !== 'NoSuchKey');
}

/** The code of an error; empty when the text has none. */
export function errorCodeOf(xml: string): string {
  return /^[\w.]{1,60}$/.exec(fieldOf(xml, 'Code'))?.[0] ?? '';
}

/** Text of the first element of that name; empty when there is none. */
export function fieldOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
