import { anyNumber, anyText, matching } from '../matchers.js';
import {
  BAD_TOKEN,
  DENIED,
  NO_ASSET,
  NO_TOKEN,
  PNG,
  png,
  row,
  type Row,
  type Rows,
  stranger,
  THIRTEEN,
} from './row.js';

const assetGuard = (method: string, rest: string): Row[] => [
  row(`${method} /api/assets/:own${rest}`, 'anybody', 401, NO_TOKEN),
  row(`${method} /api/assets/:own${rest}`, stranger, 401, BAD_TOKEN),
  row(`${method} /api/assets/not-a-uuid${rest}`, 'alice', 400, { error: 'Invalid asset ID' }),
  row(`${method} /api/assets/:unknown${rest}`, 'alice', 404, NO_ASSET),
  row(`${method} /api/assets/:bobsOwn${rest}`, 'alice', 404, NO_ASSET),
  row(`${method} /api/assets/:bobsPublic${rest}`, 'alice', 403, DENIED),
];

/** rest.md §7 and §8: assets, from the upload to the delete, and images made for them. */
export const ASSETS: Rows = {
  '§7.1 upload': [
    row('POST /api/assets/upload', 'anybody', 401, NO_TOKEN, png()),
    row('POST /api/assets/upload', stranger, 401, BAD_TOKEN, png()),
    row('POST /api/assets/upload', 'alice', 400, { error: 'No file uploaded' }, png(null)),
    row('POST /api/assets/upload', 'alice', 400, { error: 'No file uploaded' }, { body: {} }),
    row(
      'POST /api/assets/upload',
      'alice',
      400,
      { error: 'Unexpected field' },
      png({ field: 'image' }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      400,
      { error: 'Invalid project ID' },
      png({}, { projectId: 'not-a-uuid' }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      403,
      { error: 'Access denied to project' },
      png({}, { projectId: ':bobs' }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      403,
      { error: 'Access denied to project' },
      png({}, { projectId: ':unknown' }),
    ),
    // V2's pages of text became JSON with the status that fits (§12).
    row(
      'POST /api/assets/upload',
      'alice',
      413,
      { error: 'File too large' },
      png({ bytes: Buffer.alloc(1_048_576) }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      415,
      { error: 'Invalid file type' },
      png({ name: 'page.html', type: 'text/html', bytes: Buffer.from(THIRTEEN) }),
    ),
    row(
      'POST /api/assets/upload',
      'alice',
      200,
      {
        success: true,
        asset: {
          id: anyText,
          alias: 'Hero_PNG.png',
          filename: 'Hero.PNG',
          mimeType: 'image/png',
          size: anyNumber,
          url: matching(/^\/user-assets\/[0-9a-f-]{36}\/Hero_PNG\.png$/),
        },
      },
      png({}, { originalName: 'Hero.PNG', projectId: ':game' }),
    ),
  ],
  '§7.2 list': [
    row('GET /api/assets', 'anybody', 401, NO_TOKEN),
    row('GET /api/assets', stranger, 401, BAD_TOKEN),
    row('GET /api/assets?currentProjectId=', 'bob', 200, {
      assets: [anyThing('bobsPublic'), anyThing('bobsOwn')],
      currentProjectId: '',
    }),
    row('GET /api/assets?currentProjectId=anything', 'bob', 200, {
      assets: [anyThing('bobsPublic'), anyThing('bobsOwn')],
      currentProjectId: 'anything',
    }),
    row('GET /api/assets', 'bob', 200, { assets: [anyThing('bobsPublic'), anyThing('bobsOwn')] }),
  ],
  '§7.3 search': [
    row('GET /api/assets/search', 'anybody', 401, NO_TOKEN),
    row('GET /api/assets/search?q=x', stranger, 401, BAD_TOKEN),
    row('GET /api/assets/search?q=bobsPUBLIC', 'alice', 200, { assets: [] }),
    row('GET /api/assets/search?q=bobsPUBLIC', 'bob', 200, {
      assets: [
        {
          id: ':bobsPublic',
          filename: 'bobsPublic.png',
          alias: 'bobsPublic.png',
          mimeType: 'image/png',
          size: anyNumber,
          isPublic: true,
          isOwner: true,
          tags: null,
          description: null,
          url: '/user-assets/:bob/bobsPublic.png',
        },
      ],
    }),
    // Given twice, the first one counts (§11).
    row('GET /api/assets/search?q=bobsOwn&q=x', 'bob', 200, {
      assets: [
        { ...anyThing('bobsOwn'), projects: undefined, createdAt: undefined, isOwner: true },
      ],
    }),
  ],
  '§7.4 the file by id; what is private asks anonymous callers who they are (§13)': [
    row('GET /api/assets/not-a-uuid', 'anybody', 400, { error: 'Invalid asset ID' }),
    row('GET /api/assets/:unknown', 'anybody', 404, NO_ASSET),
    row('GET /api/assets/:own', 'anybody', 401, NO_TOKEN),
    row('GET /api/assets/:own', stranger, 401, BAD_TOKEN),
    row('GET /api/assets/:own', 'bob', 404, NO_ASSET),
    row('GET /api/assets/:own', 'alice', 200, undefined, {
      headers: { ...PNG, 'cache-control': 'private, max-age=0' },
    }),
    row('GET /api/assets/:public', 'anybody', 200, undefined, { headers: PNG }),
    row('GET /api/assets/:public', stranger, 200, undefined, { headers: PNG }),
    row('GET /api/assets/:public', 'bob', 206, undefined, {
      headers: { ...PNG, 'content-range': matching(/^bytes 0-3\/\d+$/) },
      sent: { range: 'bytes=0-3' },
    }),
    row('GET /api/assets/:public', 'bob', 416, undefined, {
      headers: { 'content-range': matching(/^bytes \*\/\d+$/) },
      sent: { range: 'bytes=9999-' },
    }),
  ],
  '§7.5 meta': [
    ...assetGuard('GET', '/meta'),
    row('GET /api/assets/:own/meta', 'alice', 200, {
      id: ':own',
      filename: 'own.png',
      alias: 'own.png',
      mimeType: 'image/png',
      size: anyNumber,
      isPublic: false,
      tags: null,
      description: null,
      createdAt: anyText,
      url: '/user-assets/:alice/own.png',
      fixedUrl: anyText,
    }),
  ],
  '§7.6 publish': [
    ...assetGuard('PUT', '/publish'),
    // V2 crashed (§11).
    row('PUT /api/assets/:own/publish', 'alice', 400, { error: 'isPublic must be a boolean' }),
    row(
      'PUT /api/assets/:own/publish',
      'alice',
      400,
      { error: 'isPublic must be a boolean' },
      { body: { isPublic: null } },
    ),
    row(
      'PUT /api/assets/:own/publish',
      'alice',
      200,
      { success: true, asset: { id: ':own', isPublic: true } },
      { body: { isPublic: true } },
    ),
    row('GET /api/assets/:own', 'bob', 200, undefined, { headers: PNG }),
    row(
      'PUT /api/assets/:own/publish',
      'alice',
      200,
      { success: true, asset: { id: ':own', isPublic: false } },
      { body: { isPublic: false } },
    ),
  ],
  '§7.7 change': [
    ...assetGuard('PUT', ''),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: 'a,b', description: null } },
      { body: { tags: 'a,b' } },
    ),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: 'a,b', description: 'c' } },
      { body: { description: 'c' } },
    ),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: 'a,b', description: 'c' } },
      { body: {} },
    ),
    row(
      'PUT /api/assets/:own',
      'alice',
      200,
      { success: true, asset: { id: ':own', tags: null, description: 'c' } },
      { body: { tags: null } },
    ),
    row('PUT /api/assets/:own', 'alice', 400, { error: 'Invalid tags' }, { body: { tags: [] } }),
    // Additive: its dates. PostgreSQL knows neither this offset nor this year.
    row('PUT /api/assets/:own', 'alice', 200, undefined, {
      body: { availableUntil: '2772-09-14T13:42:47.15-20:27' },
    }),
    row(
      'PUT /api/assets/:own',
      'alice',
      400,
      { error: 'Invalid availableFrom' },
      { body: { availableFrom: '0000-01-01T00:00:00Z' } },
    ),
  ],
  '§8 delivery': [
    row('GET /user-assets/:alice/public.png', 'anybody', 200, undefined, { headers: PNG }),
    row('GET /user-assets/:alice/public.png', stranger, 200, undefined, { headers: PNG }),
    row('GET /user-assets/:alice/own.png', 'alice', 200, undefined, {
      headers: { 'content-type': 'image/png' },
    }),
    row('GET /user-assets/:alice/own.png', 'anybody', 404, 'Not found'),
    row('GET /user-assets/:alice/own.png', stranger, 404, 'Not found'),
    row('GET /user-assets/:alice/own.png', 'bob', 404, 'Not found'),
    row('GET /user-assets/:alice/nothing.png', 'alice', 404, 'Not found'),
    row('GET /user-assets/not-a-uuid/public.png', 'anybody', 404, 'Not found'),
    row('GET /global-assets/effects/nothing.wav', 'anybody', 404, 'Not found'),
  ],
  '§7.8 delete': [
    ...assetGuard('DELETE', ''),
    row('DELETE /api/assets/:own', 'alice', 200, { success: true, message: 'Asset deleted.' }),
    row('DELETE /api/assets/:own', 'alice', 404, NO_ASSET),
    row('GET /api/assets/:own', 'alice', 404, NO_ASSET),
    row('GET /api/assets/:own/meta', 'alice', 404, NO_ASSET),
    row('GET /user-assets/:alice/own.png', 'alice', 404, 'Not found'),
    row('DELETE /api/assets/:public', 'alice', 200, {
      success: true,
      message: 'Asset deleted. It was used in 1 project(s) - they will now see a placeholder.',
    }),
    row('GET /user-assets/:alice/public.png', 'anybody', 404, 'Not found'),
  ],
  '§7.9 background removal': [
    row('POST /api/assets/remove-background', 'anybody', 401, NO_TOKEN, {
      body: { image: 'data:' },
    }),
    row('POST /api/assets/remove-background', stranger, 401, BAD_TOKEN, {
      body: { image: 'data:' },
    }),
    row('POST /api/assets/remove-background', 'alice', 400, { error: 'image is required' }),
    row(
      'POST /api/assets/remove-background',
      'alice',
      400,
      { error: 'image is required' },
      { body: { image: '' } },
    ),
  ],
  '§7.10 images by the model': [
    row('POST /api/generate-image', 'anybody', 401, NO_TOKEN, { body: { prompt: '猫' } }),
    row('POST /api/generate-image', stranger, 401, BAD_TOKEN, { body: { prompt: '猫' } }),
    row('POST /api/generate-image', 'alice', 400, { error: 'prompt is required' }),
    row(
      'POST /api/generate-image',
      'alice',
      400,
      { error: 'prompt is required' },
      { body: { prompt: '' } },
    ),
    row(
      'POST /api/generate-image',
      'alice',
      400,
      { error: 'prompt is required' },
      { body: { prompt: 7 } },
    ),
  ],
};

/** An asset of Bob's as his list tells of it. */
function anyThing(name: 'bobsPublic' | 'bobsOwn'): object {
  const isPublic = name === 'bobsPublic';
  return {
    id: `:${name}`,
    filename: `${name}.png`,
    alias: `${name}.png`,
    mimeType: 'image/png',
    size: anyNumber,
    isPublic,
    tags: null,
    description: null,
    url: `/user-assets/:bob/${name}.png`,
    projects: isPublic ? [{ id: ':bobs', name: "bob's" }] : [],
    createdAt: anyText,
  };
}
