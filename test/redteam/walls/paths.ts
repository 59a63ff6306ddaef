import { bearer } from '../target.js';
import { inTurns, type Wall } from '../wall.js';

const CLIMBS = [
  '..',
  '%2e%2e',
  '..%2f',
  '%2e%2e%2f',
  '..%5c',
  '....//',
  '..;/',
  '%c0%ae%c0%ae/',
  '..%00/',
  '.%0a./',
];
const GOALS = [
  'etc/passwd',
  '.git/config',
  '.git/HEAD',
  '.env',
  'repo.git/HEAD',
  '.ai-context/x.json',
  'proc/self/environ',
  'index.html%00.png',
  '-',
  '--help',
];
/** What stands in files that nobody may see. */
const INSIDE = /root:x?:|\[core\]|ref: refs\/|_SECRET=|_KEY=/;

/** Addresses of files that lead somewhere else. */
export const paths: Wall = {
  name: 'addresses of games, assets, libraries and pages that climb out of their folder',
  async attack(target, tally, isSmall) {
    const { attacker, victim, projectId } = target;
    const roots = [
      `/game/${attacker.id}/${projectId}/`,
      `/game/${victim.id}/${projectId}/`,
      '/game/~x/',
      '/vendor/three@0.187.0/',
      `/user-assets/${victim.id}/`,
      '/global-assets/bgm/',
      '/js/',
      '/css/',
      '/lib/',
    ];
    const climbs = isSmall ? CLIMBS.slice(0, 4) : CLIMBS;
    const goals = isSmall ? GOALS.slice(0, 3) : GOALS;
    const tries = roots.flatMap((root) =>
      climbs.flatMap((climb) =>
        [1, 6].flatMap((times) => goals.map((goal) => `${root}${repeated(climb, times)}${goal}`)),
      ),
    );
    await inTurns(tries, (path) =>
      tally.try(path, async () => {
        const answer = await target.ask(path, { headers: bearer(attacker.accessToken) });
        if (INSIDE.test(answer.text)) return `${answer.status} ${answer.text}`;
        if (target.leakIn(answer.text)) return `${answer.status} with the victim's data`;
        return answer.status < 500 ? true : String(answer.status);
      }),
    );
  },
};

function repeated(climb: string, times: number): string {
  return `${climb.endsWith('/') || /%2f$|%5c$/.test(climb) ? climb : `${climb}/`}`.repeat(times);
}
