import { describe, expect, it } from 'vitest';
import { readText, trackedTexts } from './files.js';

/** Words that are not used, and what is said instead (`docs/glossary.md`). */
const BANNED: Readonly<Record<string, RegExp>> = {
  video: /films?|movies?/gi,
  image: /pictures?|pictured|posters?/gi,
  AppError: /\w*DreamErrors?/,
  'canDeliver, subscriber': /mayHear/,
  'import bundle': /takeIn/,
  'the live path': /fast[- ]?lanes?/gi,
  'pending events': /Gathering/,
  'job event ingest': /JobInbox/,
  'complete text': /wordsOf/,
  orphans: /killThoseIn/,
  'Modal disabled': /absentModal/,
  'retry transient': /patiently/,
  'what it is: a session, a call': /seats?/gi,
  'the pending message': /#letter|letter\.(frame|shown)|Letter(?= ?[{(<|])|Postm[ae]n/g,
  'a user by name': /somebody\(/gi,
};

const TABLES = /^((dev|test\/contract)\/)?supabase\/|^src\/store\/tables|\/contract\/store/;

/** What has to be written so, and why. */
const ALLOWED: readonly { in: RegExp; what: RegExp; why: string }[] = [
  {
    in: /^(src|test|public|scripts|docs)\//,
    what: /(generate-|\/|thumbnail\||at\(')movie\b|\bmovieUrl\b|Movie not found/g,
    why: "V2's address, field and answer",
  },
  {
    in: /./,
    what: /\bmovie(-[^\s'"`]*|-\$\{.*)?\.mp4|\^movie-|'movie'\)/g,
    why: "V2's file name, which the files of today keep",
  },
  {
    in: /./,
    what: /\bmovieRoutes|routes\/movie|movie\.test\.ts/g,
    why: 'modules that serve that address',
  },
  {
    in: new RegExp(`${TABLES.source}|^docs/contract`),
    what: /\bpicture\b/g,
    why: "OpenID Connect's claim",
  },
  { in: /^docs\/contract\//, what: /`?Generate demo movie`?/g, why: "V2's commit message" },
];

const LEFT_OUT = [
  /^(docs\/api|public\/lib|test\/histories|package-lock\.json)/,
  /^sketches\/.*\.html|words\.test\.ts$/,
];

const files = trackedTexts().filter(
  ({ file }) =>
    /\.(tsx?|js|mjs|py|sql|md|html|css|json|sh)$/.test(file) &&
    !LEFT_OUT.some((place) => place.test(file)),
);

/** The text without what is allowed to stand there. */
function withoutAllowed(file: string, text: string): string {
  return ALLOWED.filter((rule) => rule.in.test(file)).reduce(
    (rest, { what }) => rest.replaceAll(what, ''),
    text,
  );
}

describe('one word per thing', () => {
  it.each(Object.entries(BANNED))('%s is not called otherwise', (_, words) => {
    const pattern = new RegExp(`(?<![A-Za-z])(${words.source})(?![a-z])`, words.flags || 'g');
    const found = files.flatMap(({ file, text }) =>
      withoutAllowed(file, text)
        .split('\n')
        .flatMap((line, at) => (line.match(pattern) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it('the glossary has at most 50 words, in order, one line each', () => {
    const rows = [...readText('docs/glossary.md').matchAll(/^\| ([^|]+?) +\| ([^|]+?) +\|$/gm)];
    const words = rows.map(([, word = '']) => word).filter((word) => !/^(Word|-+)$/.test(word));
    expect(words.length).toBeGreaterThan(20);
    expect(words.length).toBeLessThanOrEqual(50);
    expect(words).toEqual(words.toSorted((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())));
  });
});
