/** What tuning has changed: switches in words, and a colour shown. */
import { text } from '../texts/index.js';

const PARTS = /(#[\da-f]{6}\b|\b(?:true|false)\b)/i;

export function told(said: string) {
  if (!said.includes(' → ')) return said;
  return said.split(PARTS).map((part, at) => {
    if (at % 2 === 0) return part;
    if (!part.startsWith('#')) return part === 'true' ? text.settingOn : text.settingOff;
    const style = { background: part };
    return (
      <span key={at} class="colour-dot" role="img" aria-label={part} title={part} {...{ style }} />
    );
  });
}
