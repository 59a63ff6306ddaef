import type { TestUser } from '../../support/users.js';
import type { Answer } from './api-process.js';
import type { TestApi } from './test-api.js';

export interface FilePart {
  readonly bytes: Uint8Array;
  /** As it stands between the quotes of the part's header, byte for byte. */
  readonly name?: string;
  readonly type?: string;
  readonly field?: string;
}

const BOUNDARY = 'boundary-of-a-test';

/** A `multipart/form-data` body with nothing escaped or checked. */
export function multipart(
  fields: readonly (readonly [string, string])[],
  files: readonly FilePart[],
): { body: Buffer; headers: Record<string, string> } {
  const chunks: Uint8Array[] = fields.map(([name, value]) =>
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    ),
  );
  for (const { bytes, name = 'hero.png', type = 'image/png', field = 'file' } of files) {
    chunks.push(
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; ` +
          `filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`,
      ),
      bytes,
      Buffer.from('\r\n'),
    );
  }
  chunks.push(Buffer.from(`--${BOUNDARY}--\r\n`));
  return {
    body: Buffer.concat(chunks),
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  };
}

/** The asset of a successful upload's answer. */
export interface UploadedAsset {
  id: string;
  alias: string;
  filename: string;
  mimeType: string;
  size: number;
  url: string;
}

/** `POST /api/assets/upload`. */
export function upload(
  api: TestApi,
  as: TestUser | undefined,
  file: FilePart | null,
  fields: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { body, headers } = multipart(Object.entries(fields), file === null ? [] : [file]);
  return api.ask('/api/assets/upload', { method: 'POST', as, headers, body });
}

/** As {@link upload}, which has to succeed. */
export async function uploaded(
  api: TestApi,
  as: TestUser,
  file: FilePart,
  fields: Readonly<Record<string, string>> = {},
): Promise<UploadedAsset> {
  const answer = await upload(api, as, file, fields);
  const { success, asset } = answer.json() as { success?: boolean; asset?: UploadedAsset };
  if (answer.status !== 200 || success !== true || !asset)
    throw new Error(`${answer.status} ${answer.text}`);
  return asset;
}
