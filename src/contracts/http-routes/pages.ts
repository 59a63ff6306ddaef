import { z } from 'zod';
import { routes } from './route.js';

const page = <const P extends string>(path: P, file: string, summary: string, isOurs = false) =>
  ({
    path,
    summary,
    guard: 'none',
    rate: 'files',
    page: { file, isOurs },
    answers: { 200: 'text/html' },
  }) as const;

const zap = page('/zap/:id', 'zap.html', 'Swipe through games, from this one on', true);
const game = page('/game.html', 'play.html', 'The same, where publishing leads to', true);
const word = (description: string) => z.unknown().optional().describe(description);

/** Pages of the browser client. */
export const PAGE_ROUTES = routes('pages', {
  signInPage: page('/signin', 'signin.html', 'Sign-in'),
  createPage: page('/create', 'create.html', 'Project list'),
  editorPage: page('/project/:id', 'editor.html', 'Editor'),
  playPage: page('/play/:id', 'play.html', 'Play a game'),
  gamePage: { ...game, query: z.looseObject({ id: word('of the game or its project') }) },
  discoverPage: page('/discover', 'discover.html', 'Published games'),
  zapListPage: page('/zap', 'discover.html', 'The same', true),
  zapPage: {
    ...zap,
    query: z.looseObject({ sort: word('the order of the feed'), search: word('its words') }),
  },
  myPage: page('/mypage', 'mypage.html', 'Own profile and games'),
  notificationsPage: page('/notifications', 'notifications.html', 'Notifications'),
  operatorsPage: page('/ops', 'ops.html', 'For operators; empty for everybody else'),
  supabaseLibrary: {
    ...page('/lib/supabase.min.js', 'lib/supabase.min.js', 'Browser build of supabase-js', true),
    answers: { 200: 'application/javascript' },
  },
});
