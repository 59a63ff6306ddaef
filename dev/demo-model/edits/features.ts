import { kitPart } from '../games/kit.js';
import { both, inEach, spoken, type Words } from '../languages.js';

/** Something that can be added to any game as code of its own, and taken out again. */
export interface Feature {
  name: Words;
  pattern: RegExp;
  /** For a page of each language. */
  code: Words;
}

/** The lines between which a feature stands in a page, whatever its language. */
export const featureStart = ({ ja }: Words): string => `// 【${ja}】`;
export const featureEnd = ({ ja }: Words): string => `// 【/${ja}】`;

function feature([, names = '', pattern = '', note = '', body = '']: readonly string[]): Feature {
  const name = both(names);
  const indented = body.replace(/^(?=.)/gm, '  ');
  const code = `${featureStart(name)}${note}\n{\n${indented}\n}\n${featureEnd(name)}`;
  return {
    name,
    pattern: new RegExp(pattern.replace(/\n\s*/g, ''), 'i'),
    code: inEach((language) => spoken(code, language)),
  };
}

const SCRIPT = new RegExp(
  '<script data-name="(.+)"\n {2}data-pattern="([^"]+)"\n {2}data-note="(.+)">\n' +
    '([\\s\\S]+?)\n</script>',
  'g',
);

/** kit/features.html: they use only what kit/game.html offers: on, addActor, addScore, … */
export const FEATURES: readonly Feature[] = [...kitPart('features').matchAll(SCRIPT)].map(feature);
