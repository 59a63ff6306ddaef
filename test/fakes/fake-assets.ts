import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FakeStore } from './fake-store.js';

export interface FakeAsset {
  id: string;
  filename: string;
  mimeType: string;
  size: number;
  url: string;
  projects: { id: string; name: string }[];
  tags?: string | null;
}

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk' +
  '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The user's assets, and the image model. */
export class FakeAssets {
  readonly all: FakeAsset[] = [];
  readonly bytes = new Map<string, Buffer>();
  /** What was asked of the image model. */
  readonly wishes: Record<string, unknown>[] = [];
  isOutOfOrder = false;

  constructor(private readonly store: FakeStore) {}

  reset(): void {
    this.all.length = 0;
    this.bytes.clear();
    this.wishes.length = 0;
    this.isOutOfOrder = false;
  }

  add(
    filename: string,
    projectId: string | null,
    bytes: Buffer = Buffer.alloc(0),
    type = 'image/png',
  ): FakeAsset {
    const id = randomUUID();
    const project = projectId === null ? undefined : this.store.projects.get(projectId);
    const asset: FakeAsset = {
      id,
      filename,
      mimeType: type,
      size: bytes.length,
      url: `/user-assets/me/${id}`,
      projects: project ? [{ id: project.id, name: project.name }] : [],
    };
    this.all.unshift(asset);
    this.bytes.set(asset.url, bytes);
    return asset;
  }

  /** `undefined`: no call about assets. */
  async answer(
    request: IncomingMessage,
    path: string,
  ): Promise<{ status: number; body: unknown } | undefined> {
    if (path === '/api/generate-image') return this.image(request);
    if (!path.startsWith('/api/assets')) return undefined;
    if (this.isOutOfOrder) return { status: 500, body: { error: 'Internal server error' } };
    if (path === '/api/assets') return { status: 200, body: { assets: this.all } };
    if (path === '/api/assets/upload') return this.upload(request);
    if (path === '/api/assets/remove-background')
      return { status: 200, body: { success: true, image: PIXEL } };
    const at = this.all.findIndex(({ id }) => path.endsWith(id));
    if (request.method === 'DELETE') this.all.splice(at, 1);
    return { status: at === -1 ? 404 : 200, body: { success: true } };
  }

  private async upload(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const form = await new Response(Buffer.concat((await request.toArray()) as Buffer[]), {
      headers: { 'Content-Type': request.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('file');
    if (!(file instanceof Blob)) return { status: 400, body: { error: 'No file uploaded' } };
    const bytes = Buffer.from(await file.arrayBuffer());
    const [name, projectId] = [form.get('originalName'), form.get('projectId')].map(String);
    const asset = this.add(name ?? '', projectId ?? null, bytes, file.type);
    const tags = form.get('tags');
    Object.assign(asset, { tags: typeof tags === 'string' ? tags : null });
    return { status: 200, body: { success: true, asset } };
  }

  private async image(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const raw = Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8');
    this.wishes.push(JSON.parse(raw) as Record<string, unknown>);
    if (this.isOutOfOrder) return { status: 500, body: { error: 'failed' } };
    return { status: 200, body: { success: true, image: PIXEL } };
  }
}
