/** Stroke icons on a 24-unit grid. Decorative: the control around them carries the name. */
const SVG = 'http://www.w3.org/2000/svg';

export const ICON_PATHS = {
  back: ['M20 12H4', 'M10 6l-6 6 6 6'],
  forward: ['M9 5l7 7-7 7'],
  backward: ['M15 5l-7 7 7 7'],
  play: ['M7 4.5v15l12-7.5z'],
  pause: ['M8 5v14', 'M16 5v14'],
  code: ['M8.5 7L3 12l5.5 5', 'M15.5 7l5.5 5-5.5 5'],
  download: ['M12 3v12', 'M7 10.5l5 5 5-5', 'M4 20h16'],
  clock: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7.5V12l3 2'],
  reload: ['M20 11a8 8 0 1 0-2.3 6.2', 'M20 5v6h-6'],
  sliders: ['M4 7h9', 'M19 7h1', 'M16 4.5v5', 'M4 17h1', 'M11 17h9', 'M8 14.5v5'],
  close: ['M6 6l12 12', 'M18 6L6 18'],
  edit: ['M4 20h4L19.5 8.5l-4-4L4 16z', 'M13 7l4 4'],
  trash: ['M4 7h16', 'M9 7V4h6v3', 'M6 7l1 13h10l1-13', 'M10 11v5.5', 'M14 11v5.5'],
  signOut: ['M10 4H5v16h5', 'M9 12h12', 'M17 8l4 4-4 4'],
  plus: ['M12 5v14', 'M5 12h14'],
  send: ['M21 3L10 14', 'M21 3l-6.5 18-4.5-7-7-4.5z'],
  stop: ['M7 7h10v10H7z'],
  alert: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7.5v5.5', 'M12 16.3v.2'],
  bolt: ['M13 2L5 13.5h6L10 22l9-12h-6.5z'],
  check: ['M4.5 12.5l5 5 10-11'],
  copy: ['M9 9h11v11H9z', 'M5 15H4V4h11v1'],
  phone: ['M7 2.5h10v19H7z', 'M11 18.5h2'],
  wide: ['M3 5h18v14H3z', 'M7 9v6', 'M17 9v6'],
  search: ['M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z', 'M15.5 15.5L20 20'],
  bell: ['M6 10a6 6 0 0 1 12 0c0 5 2 6.5 2 6.5H4S6 15 6 10z', 'M10 20h4'],
  person: [
    'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
    'M4.5 20.5c.8-3.8 3.7-5.5 7.5-5.5s6.7 1.7 7.5 5.5',
  ],
  smile: [
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    'M8 14c1 1.6 2.4 2.4 4 2.4s3-.8 4-2.4',
    'M9 9.3v.2',
    'M15 9.3v.2',
  ],
  rotate: ['M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.3', 'M20 4.5v4.8h-4.8'],
  crop: ['M7 2.5V17h14.5', 'M2.5 7H17v14.5'],
  resize: ['M14 4h6v6', 'M20 4l-7 7', 'M10 20H4v-6', 'M4 20l7-7'],
  cutout: ['M4 4.5h16v15H4z', 'M4 19.5l16-15'],
  flipX: ['M12 3v18', 'M9 7.5L3.5 16.5H9z', 'M15 7.5l5.5 9H15z'],
  flipY: ['M3 12h18', 'M7.5 9l9-5.5V9z', 'M7.5 15l9 5.5V15z'],
  publish: ['M12 15V4', 'M7 8.5l5-5 5 5', 'M5 14v6h14v-6'],
  folder: ['M3 6h6l2 2.5h10V19H3z'],
  camera: [
    'M3.5 8h4l1.5-2.5h6L16.5 8h4v11.5h-17z',
    'M12 10a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8z',
  ],
  star: ['M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9-5.3-2.9-5.3 2.9 1.1-5.9-4.3-4.1 5.9-.8z'],
  sound: ['M4 9.5v5h3.5L13 19V5L7.5 9.5z', 'M16.5 9a4 4 0 0 1 0 6'],
  share: [
    'M18 3.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
    'M6 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
    'M18 15.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
    'M8.3 10.9l7.4-3.8',
    'M8.3 13.1l7.4 3.8',
  ],
  image: [
    'M4 4.5h16v15H4z',
    'M8.5 8.3a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8z',
    'M4 17l5-4.5 4 3.5 3-2.5 4 3.5',
  ],
  video: ['M3.5 6h11v12h-11z', 'M14.5 10.5l6-3.5v10l-6-3.5z'],
  file: ['M6 3h8l4 4v14H6z', 'M9.5 12h5', 'M9.5 16h5'],
};

/** @typedef {keyof typeof ICON_PATHS} IconName */

export const ICON_NAMES = /** @type {IconName[]} */ (Object.keys(ICON_PATHS));

/**
 * @param {IconName} name
 * @param {number} [size] pixels
 */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = {
    viewBox: '0 0 24 24',
    width: size,
    height: size,
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': 2,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    'aria-hidden': 'true',
    class: `icon icon-${name}`,
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, String(value));
  for (const d of ICON_PATHS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/**
 * Inserts an icon before the content of every element with `data-icon`. @param
 * {ParentNode} root
 */
export function applyIcons(root = document) {
  for (const element of root.querySelectorAll('[data-icon]')) {
    const size = Number(element.getAttribute('data-icon-size') ?? 20);
    element.prepend(icon(/** @type {IconName} */ (element.getAttribute('data-icon')), size));
  }
}
