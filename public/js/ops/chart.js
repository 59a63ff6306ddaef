/** Small bar charts in SVG; their words are for those who do not see them, and for a pointer. */
const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 280;
const HEIGHT = 72;
const GAP = 3;

/**
 * @typedef {{ label: string, parts: { value: number, tone: string }[] }} Bar the parts stand on
 * each other, the first one at the bottom
 */

/** @param {string} name of the chart @param {Bar[]} bars the oldest first */
export function barChart(name, bars) {
  const most = Math.max(...bars.map(sumOf), 0) || 1;
  const width = WIDTH / Math.max(bars.length, 1);
  const svg = element('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    class: 'ops-chart',
    role: 'img',
    'aria-label': [name, ...bars.map(({ label }) => label)].join('; '),
  });
  svg.append(element('line', { x1: 0, y1: HEIGHT, x2: WIDTH, y2: HEIGHT, class: 'chart-ground' }));
  bars.forEach((bar, index) => svg.append(drawn(bar, index * width, width - GAP, most)));
  return svg;
}

/** @param {Bar} bar */
function sumOf({ parts }) {
  return parts.reduce((sum, { value }) => sum + value, 0);
}

/** @param {Bar} bar @param {number} x @param {number} width @param {number} most */
function drawn({ label, parts }, x, width, most) {
  const group = element('g', {});
  const title = element('title', {});
  title.textContent = label;
  // The whole column, so that a pointer finds a day without any.
  group.append(title, element('rect', { x, y: 0, width, height: HEIGHT, class: 'chart-column' }));
  let top = HEIGHT;
  for (const { value, tone } of parts) {
    const height = (value / most) * HEIGHT;
    top -= height;
    group.append(element('rect', { x, y: top, width, height, class: `chart-${tone}` }));
  }
  return group;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function element(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
