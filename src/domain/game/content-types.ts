import path from 'node:path';

const BINARY: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
};

const TEXT: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'application/javascript',
  '.mjs': 'application/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/**
 * How a game file is sent: the binary group as files (ranges, caching), everything else as UTF-8
 * text.
 */
export function contentTypeOf(file: string): { readonly type: string; readonly isBinary: boolean } {
  const extension = path.posix.extname(file).toLowerCase();
  const binary = BINARY[extension];
  if (binary !== undefined) return { type: binary, isBinary: true };
  return {
    type: `${TEXT[extension] ?? 'application/octet-stream'}; charset=utf-8`,
    isBinary: false,
  };
}
