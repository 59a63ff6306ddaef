import { pathToFileURL } from 'node:url';
import path from 'node:path';
import type { Size } from '../e2e/sizes.js';

export interface Screen {
  readonly chapter: string;
  readonly screen: string;
  readonly size: Size;
  /** Beside the sheet. */
  readonly file: string;
}
/** Images of another client, to compare with. */
export interface Beside {
  readonly folder: string;
  readonly files: readonly string[];
}

/** Screens of a chapter, and how the other client's images of the same place begin. */
const PLACES: Readonly<Record<string, RegExp>> = {
  list: /^0[12]-/,
  'a new game': /^03-editor-(?:welcome|dimension|styles|generating|disconnected)/,
  'a game': /^0(?:3-editor-(?:complete|history|failed|restoreask)|4-)/,
  assets: /^0(?:3-editor-plusmenu|5-|6-)/,
  publishing: /^10-/,
  playing: /^(?:07|11)-/,
  'about me': /^0[89]-/,
};

const escaped = (words: string): string =>
  words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const figure = (source: string, words: string, size: string): string =>
  `<figure class="${size}"><img loading="lazy" src="${escaped(source)}" alt="">` +
  `<figcaption>${escaped(words)}</figcaption></figure>`;

/** One page with all screens, chapter by chapter, and what stands beside them. */
export function contactSheet(screens: readonly Screen[], beside: Beside | null): string {
  const chapters = [...new Set(screens.map(({ chapter }) => chapter))];
  const sections = chapters.map((chapter) => {
    const own = screens
      .filter((screen) => screen.chapter === chapter)
      .map(({ file, screen, size }) => figure(file, screen, size));
    const place = PLACES[chapter];
    const others = (beside?.files ?? [])
      .filter((file) => place?.test(file))
      .map((file) =>
        figure(
          pathToFileURL(path.join(beside?.folder ?? '', file)).href,
          file,
          `beside ${file.includes('desktop') ? 'desktop' : 'phone'}`,
        ),
      );
    return `<h2>${escaped(chapter)}</h2><div>${[...own, ...others].join('\n')}</div>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Screens</title><style>
body{margin:24px;font:14px sans-serif;background:#eee}div{display:flex;flex-wrap:wrap;gap:16px}
figure{margin:0;background:#fff;padding:8px}.phone img{width:195px}.desktop img{width:480px}
.beside{outline:2px dashed #888}</style></head><body>
<h1>Screens</h1>
${sections.join('\n')}
</body></html>
`;
}
