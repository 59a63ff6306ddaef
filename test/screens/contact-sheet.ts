import { pathToFileURL } from 'node:url';
import path from 'node:path';

export interface Screen {
  readonly chapter: string;
  readonly screen: string;
  /** Names its width on the sheet. */
  readonly size: string;
  /** Beside the sheet. */
  readonly file: string;
}
export interface SheetForm {
  readonly title: string;
  /** CSS pixels on the sheet, for each size of a screen. */
  readonly widths: Readonly<Record<string, number>>;
  /** Chapters beside each other, as many as there is room for. */
  readonly isCompact?: boolean;
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
  `<figure class="${escaped(size)}"><img src="${escaped(source)}" alt="">` +
  `<figcaption>${escaped(words)}</figcaption></figure>`;

/** Sizes are names of people's; classes have no spaces. */
const classOf = (size: string): string => size.replace(/\W+/g, '-');

/** One page with all screens, chapter by chapter, and what stands beside them. */
export function contactSheet(
  { title, widths, isCompact = false }: SheetForm,
  screens: readonly Screen[],
  beside: Beside | null = null,
): string {
  const chapters = [...new Set(screens.map(({ chapter }) => chapter))];
  const sections = chapters.map((chapter) => {
    const own = screens
      .filter((screen) => screen.chapter === chapter)
      .map(({ file, screen, size }) => figure(file, screen, classOf(size)));
    const figures = [...own, ...besideOf(chapter, beside)].join('\n');
    return `<section><h2>${escaped(chapter)}</h2><div>${figures}</div></section>`;
  });
  const images = Object.entries(widths).map(
    ([size, width]) => `.${classOf(size)} img{width:${width}px}`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>${escaped(title)}</title><style>
body{margin:24px;font:14px sans-serif;background:#eee}div{display:flex;flex-wrap:wrap;gap:16px}
figure{margin:0;background:#fff;padding:8px}.beside{outline:2px dashed #888}
${images.join('')}${isCompact ? COMPACT : ''}</style></head><body>
<h1>${escaped(title)}</h1><main>
${sections.join('\n')}
</main></body></html>
`;
}

const COMPACT =
  'main{display:flex;flex-wrap:wrap;gap:16px}section{background:#fff;padding:8px}' +
  'h1,h2{font-size:13px;margin:0 0 8px}h2{width:0;min-width:100%}' +
  'div{flex-wrap:nowrap;align-items:flex-end;gap:6px}figure{padding:0}figcaption{display:none}';

function besideOf(chapter: string, beside: Beside | null): string[] {
  const place = PLACES[chapter];
  return (beside?.files ?? [])
    .filter((file) => place?.test(file))
    .map((file) =>
      figure(
        pathToFileURL(path.join(beside?.folder ?? '', file)).href,
        file,
        `beside ${file.includes('desktop') ? 'desktop' : 'phone'}`,
      ),
    );
}
