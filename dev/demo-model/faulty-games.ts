/**
 * Faults that a game of the demo model can have: one line of script that stands first in its page
 * and names the finding that a play reports. A repair removes it only when it gets that finding.
 */

const stopAll = (when: string): string =>
  "for (const name of ['pointerdown', 'pointermove', 'pointerup', 'mousedown', 'mouseup', " +
  "'click', 'touchstart', 'touchmove', 'touchend', 'keydown', 'keyup']) " +
  'addEventListener(name, (event) => { ' +
  `${when}event.stopImmediatePropagation(); }, true);`;

const BY_FINDING = {
  deaf: stopAll(''),
  csp: "fetch('https://example.com/scores').catch(() => undefined);",
  blank:
    "document.documentElement.insertAdjacentHTML('beforeend', '<style>body * { visibility: " +
    "hidden !important } html, body { background: #000 !important }</style>');",
};

interface Fault {
  /** What a play finds in the page. */
  readonly finding: string;
  readonly script: string;
}

/** By the name of the fault in the demo model's address. */
const FAULTS: Readonly<Record<string, Fault>> = {
  throws: {
    finding: 'exception',
    script: "setInterval(() => { throw new Error('DEMO fault: at once'); }, 50);",
  },
  'throws-on-tap': {
    finding: 'exception',
    script: "addEventListener('pointerdown', () => { throw new Error('DEMO fault: at a tap'); });",
  },
  blank: { finding: 'blank', script: BY_FINDING.blank },
  freeze: { finding: 'freeze', script: "addEventListener('pointerdown', () => { for (;;); });" },
  deaf: { finding: 'deaf', script: BY_FINDING.deaf },
  'dead-end': {
    finding: 'dead-end',
    script: stopAll("if (document.documentElement.dataset.state === 'over') "),
  },
  'instant-death': {
    finding: 'instant-death',
    script:
      "const told = document.documentElement, end = () => { if (told.dataset.state !== 'over') " +
      "told.dataset.state = 'over'; }; new MutationObserver(end).observe(told, { attributes: " +
      'true }); end();',
  },
  csp: { finding: 'csp', script: BY_FINDING.csp },
  scrolls: {
    finding: 'scrolls',
    script:
      "addEventListener('load', () => { document.body.insertAdjacentHTML('beforeend', '<style>" +
      'html, body { overflow: visible !important; height: 3000px !important; position: static ' +
      "!important }</style>'); }); addEventListener('pointermove', () => scrollTo(0, 200), true);",
  },
  // It plays, and its state makes the judge find a check of the brief unmet.
  unmet: { finding: 'unmet', script: "document.documentElement.dataset.check = 'unmet';" },
  // It plays, and its state makes the judge see it lie over itself, in two looks.
  looks: { finding: 'visual', script: "document.documentElement.dataset.check = 'looks';" },
  incurable: { finding: 'deaf', script: BY_FINDING.deaf },
  worse: { finding: 'deaf', script: BY_FINDING.deaf },
  oscillates: { finding: 'deaf', script: BY_FINDING.deaf },
};

/** The names of faults that games can have. */
export const GAME_FAULTS: readonly string[] = Object.keys(FAULTS);

const blockOf = (name: string, { finding, script }: Fault): string =>
  `<script data-fault="${name}" data-finding="${finding}">${script}</script>`;
const BLOCK = /<script data-fault="([a-z-]+)" data-finding="([a-z-]+)">[^\n]*<\/script>/g;

/** The page with that fault; as it is when there is no such fault. */
export function withFault(html: string, name: string): string {
  const fault = FAULTS[name];
  return fault ? html.replace('<head>', `<head>\n${blockOf(name, fault)}`) : html;
}

/** The edits that mend what was found; what was not named stays. */
export function curesFor(
  html: string,
  found: readonly string[],
): { oldString: string; newString: string }[] {
  return [...html.matchAll(BLOCK)]
    .filter(([, , finding = '']) => found.includes(finding))
    .map(([block, name = '', finding = '']) => ({
      oldString: block,
      newString: cureOf(block, name, finding),
    }));
}

function cureOf(block: string, name: string, finding: string): string {
  const fault = (code: keyof typeof BY_FINDING): string =>
    blockOf(name, { finding: code, script: BY_FINDING[code] });
  switch (name) {
    case 'incurable':
      return block.replace('</script>', ' // mended?</script>');
    case 'worse':
      return `${fault('blank')}\n${fault('csp')}`;
    case 'oscillates':
      return fault(finding === 'deaf' ? 'csp' : 'deaf');
    default:
      return '';
  }
}
