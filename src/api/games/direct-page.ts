import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { message, render, type CodedMessage } from '../../contracts/messages/message.js';
import { escapeHtml } from '../../domain/text/html-text.js';

/** The owner of a game, for the bar above it. */
export interface GameOwner {
  readonly title: string;
  /** Null where the maker has chosen no name. */
  readonly creator: string | null;
  /** The game's page in the app; null for one that is not published. */
  readonly playPage: string | null;
}

const STYLE =
  'html,body{margin:0;height:100%}body{display:flex;flex-direction:column;' +
  'font:14px/1.4 system-ui,sans-serif;background:#fff;color:#171717}' +
  'header{padding:8px 12px;border-bottom:1px solid #d4d4d4}p{margin:0;overflow-wrap:anywhere}' +
  'small{color:#525252}a{display:inline-block;padding:12px 0;color:#1d4ed8}' +
  'iframe{flex:1;border:0;width:100%}';
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * True when a browser is about to show the answer as a page of its own, so that nothing shows its
 * owner. Caches keep both answers apart.
 */
export function isOpenedDirectly(req: Request, res: Response): boolean {
  res.vary('Sec-Fetch-Dest');
  return req.headers['sec-fetch-dest'] === 'document';
}

/** The game inside a page of ours: the same address, framed, below a bar with its owner. */
export function sendInFrame(req: Request, res: Response, owner: GameOwner): void {
  const lang = req.acceptsLanguages('ja', 'en') === 'en' ? 'en' : 'ja';
  const words = (shown: CodedMessage): string => render(shown, lang);
  const { title, creator, playPage } = owner;
  const maker = creator === null ? message('GAME_BY_UNNAMED') : message('GAME_BY', { creator });
  const whose = words(playPage === null ? message('GAME_DRAFT') : maker);
  const open = words(message('GAME_OPEN'));
  const link = playPage === null ? '' : `<a href="${escapeHtml(playPage)}">${open}</a>`;
  res.vary('Accept-Language');
  res.set({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': POLICY,
    'X-Frame-Options': 'DENY',
  });
  res.send(
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">` +
      '<meta name="viewport" content="width=device-width, initial-scale=1">' +
      `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><header>` +
      `<p><strong>${escapeHtml(title)}</strong> · ${escapeHtml(whose)}</p>` +
      `<p><small>${words(message('GAME_WARNING'))}</small></p>${link}</header>` +
      `<iframe title="${escapeHtml(title)}" src="${escapeHtml(req.originalUrl)}" ` +
      'sandbox="allow-scripts allow-pointer-lock" allow="autoplay; fullscreen"></iframe>' +
      '</body></html>',
  );
}
