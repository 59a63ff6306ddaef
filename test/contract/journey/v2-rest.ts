/**
 * The REST side of the earlier product's browser client, from its contract alone (rest.md §12):
 * every fetch goes through one wrapper that adds the Authorization header; images and frames carry
 * the token in their address. Imports nothing of ours.
 */
export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** What `response.json()` gives the client; undefined where the body is no JSON. */
  readonly json: unknown;
}

export class V2Rest {
  constructor(
    private readonly baseUrl: string,
    private readonly accessToken: string,
  ) {}

  get(path: string): Promise<Heard> {
    return this.call('GET', path);
  }

  /** With a JSON body, with a form, or with nothing. */
  call(method: string, path: string, body?: object): Promise<Heard> {
    const headers = new Headers({ Authorization: `Bearer ${this.accessToken}` });
    if (body === undefined || body instanceof FormData)
      return this.fetch(path, { method, headers, ...(body ? { body } : {}) });
    headers.set('Content-Type', 'application/json');
    return this.fetch(path, { method, headers, body: JSON.stringify(body) });
  }

  /**
   * The file picker: the display name travels by itself, because form file names lose their
   * Japanese.
   */
  upload(
    bytes: Uint8Array,
    name: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Heard> {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
    for (const [field, value] of Object.entries({ originalName: name, ...fields }))
      form.append(field, value);
    return this.call('POST', '/api/assets/upload', form);
  }

  /** `<img src>` and `<iframe src>` of what is the user's own. */
  show(path: string): Promise<Heard> {
    return this.fetch(
      `${path}${path.includes('?') ? '&' : '?'}access_token=${this.accessToken}`,
      {},
    );
  }

  /** `<img src>` of what games embed, and navigation: the browser sends no token. */
  open(path: string): Promise<Heard> {
    return this.fetch(path, {});
  }

  private async fetch(path: string, init: RequestInit): Promise<Heard> {
    const response = await fetch(`${this.baseUrl}${path}`, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      bytes,
      json: isJson ? (JSON.parse(bytes.toString('utf8')) as unknown) : undefined,
    };
  }
}
