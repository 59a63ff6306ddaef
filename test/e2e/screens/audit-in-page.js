/**
 * Looks at the page as it stands and lists what breaks the house's accessibility rules. Runs inside
 * the page.
 * @returns {string[]}
 */
(() => {
  // A button on its way from one colour to another has the contrast of neither.
  for (const moving of document.getAnimations())
    if (moving.effect?.getComputedTiming().endTime !== Infinity) moving.finish();
  const problems = [];
  const root = document.querySelector('dialog[open]:last-of-type') ?? document.body;
  const describe = (element) =>
    `<${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''} ` +
    `class="${element.className?.baseVal ?? element.className}"> ` +
    `${(element.textContent ?? '').trim().slice(0, 30)}`;
  const isShown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !element.closest('[aria-hidden="true"]') &&
    !element.closest('.visually-hidden, .skip-link');

  const nameOf = (element) => {
    const labelled = element.getAttribute('aria-labelledby');
    const own =
      element.getAttribute('aria-label') ??
      (labelled ? document.getElementById(labelled)?.textContent : null);
    const label = element.labels?.[0]?.textContent;
    return (own ?? label ?? element.textContent ?? '').trim();
  };

  /** @param {string} color */
  const parse = (color) => {
    const [r = 0, g = 0, b = 0, a = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const s = value / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  /** The colour behind an element; null when an image or gradient with colour is there. */
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const solid = parse(style.backgroundColor);
      if (style.backgroundImage !== 'none' && solid.a < 1)
        return at === document.body
          ? layers.reduceRight((below, top) => over(top, below), { r: 245, g: 245, b: 245, a: 1 })
          : null;
      layers.push(solid);
      if (solid.a === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };

  for (const element of root.querySelectorAll(
    'button, a[href], input, textarea, summary, [role="button"]',
  )) {
    if (!isShown(element)) continue;
    if (nameOf(element) === '') problems.push(`no name: ${describe(element)}`);
    // A choice is tapped on its whole line.
    const isChoice = element.matches('[type="radio"], [type="checkbox"]');
    const target = (isChoice && element.closest('label')) || element;
    const box = target.getBoundingClientRect();
    const small = box.height < 43.5 || box.width < 43.5;
    if (small && !element.matches('.folded summary, .search-field input'))
      problems.push(
        `small target ${Math.round(box.width)}×${Math.round(box.height)}: ${describe(element)}`,
      );
  }
  for (const image of root.querySelectorAll('img:not([alt])'))
    problems.push(`image without alt: ${image.getAttribute('src')}`);
  for (const frame of root.querySelectorAll('iframe:not([hidden])'))
    if (!frame.title) problems.push('iframe without title');
  for (const clickable of root.querySelectorAll('div[onclick], span[onclick]'))
    problems.push(`clickable without role: ${describe(clickable)}`);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index)))
    problems.push(`id twice: ${id}`);
  if (document.querySelectorAll('h1').length !== 1) problems.push('not exactly one h1');
  if (!document.querySelector('main')) problems.push('no main landmark');
  for (const dialog of document.querySelectorAll('dialog[open]')) {
    if (!nameOf(dialog)) problems.push('dialog without name');
    if (dialog === root && !dialog.contains(document.activeElement))
      problems.push('focus is outside the dialog');
  }

  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (
      !element ||
      node.data.trim() === '' ||
      !isShown(element) ||
      element.closest(':disabled, .project-thumb, script, style')
    )
      continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    if (!behind) continue;
    const front = over(parse(style.color), behind);
    const [light, dark] = [luminance(front), luminance(behind)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5))
      problems.push(`contrast ${ratio.toFixed(2)}: ${describe(element)}`);
    if (size < 11) problems.push(`text of ${size}px: ${describe(element)}`);
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
    problems.push(`page wider than the screen: ${document.documentElement.scrollWidth}`);
  /** What is swiped sideways may go on beyond the edge. */
  const isSwiped = (element) => {
    for (let at = element.parentElement; at && at !== root; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return true;
    return false;
  };
  for (const element of root.querySelectorAll('button, p, h1, h2, input')) {
    const box = element.getBoundingClientRect();
    if (
      isShown(element) &&
      box.width > 0 &&
      (box.right > innerWidth + 1 || box.left < -1) &&
      !isSwiped(element)
    )
      problems.push(`off the screen: ${describe(element)}`);
  }
  return problems;
})();
