/** Under this name the page tells the player what it shows. */
export const PLAYED = '__played';
/** Under this name three asks whether a scene need not be drawn. */
const SPARES = '__spares';
const RENDER = 'this.render = function ( scene, camera ) {';
/** What three is in a play: its renderer asks first (CANVAS). */
export function askingThree(source: string): string {
  return source.replace(
    RENDER,
    `${RENDER} if ( window.${SPARES}?.( this, scene, camera ) ) return;`,
  );
}

/** A game draws so often, in its own time: enough for physics, and half the work. */
export const FRAME_MS = 33;

/** Chance is the seed's, whatever the game asks for it. */
const CHANCE = `
  let chance = SEED >>> 0;
  const random = () => {
    chance = (chance + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(chance ^ (chance >>> 15), chance | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  Math.random = random;
  const fill = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
    return array;
  };
  if (window.Crypto) {
    Crypto.prototype.getRandomValues = fill;
    Crypto.prototype.randomUUID = () =>
      [8, 4, 4, 4, 12].map((size) =>
        Array.from({ length: size }, () => Math.floor(random() * 16).toString(16)).join(''),
      ).join('-');
  }
`;

/** Comes before the virtual clock: what the page script needs of the browser's own. */
const OWN = '__own';
/** Longer than the chain of promises behind any function that a game awaits. */
const TURNS = 64;

/**
 * The virtual clock gives way between two timers with a timer of the browser's, which waits for
 * four milliseconds each time and lets it paint what nobody looks at. What the game has promised is
 * done in turns of its queue, and no promise keeps more of them waiting; what comes from outside
 * comes when the time that was asked for has passed.
 */
export const GIVE_WAY = `(() => {
  const wait = window.setTimeout, soon = window.queueMicrotask.bind(window);
  const after = (turns, call) => soon(turns === 0 ? call : () => after(turns - 1, call));
  window.setTimeout = function (call, ...rest) {
    if (rest.length > 0) return wait.call(this, call, ...rest);
    after(${TURNS}, call);
  };
  const { port1, port2 } = new MessageChannel(), waiting = [];
  port1.onmessage = () => waiting.shift()();
  const giveWay = () => new Promise((done) => { waiting.push(done); port2.postMessage(null); });
  const frame = window.requestAnimationFrame.bind(window);
  Object.defineProperty(window, '${OWN}', { value: { frame, giveWay }, configurable: true });
})()`;

/**
 * Everything that has a clock of its own goes by the game's: frames, sound, events. The page's time
 * begins at zero: the virtual clock lets a moment of ours pass before it stands still.
 */
const TIME = `
  // The clock keeps the first thing that is thrown, for whoever moves it on: a page hears of each.
  const report = window.reportError.bind(window);
  // What the clock says: between two timers, or two passes, no time goes by.
  let moment = 0;
  const reporting = (call) => typeof call !== 'function' ? call : function (...given) {
    moment = now();
    try { return call.apply(this, given); } catch (error) { report(error); }
  };
  for (const name of ['setTimeout', 'setInterval', 'requestIdleCallback']) {
    const begin = window[name];
    window[name] = (call, ...rest) => begin(reporting(call), ...rest);
  }
  const later = window.setTimeout, never = window.clearTimeout;
  const clock = performance.now.bind(performance), zero = clock();
  const now = () => clock() - zero;
  Object.defineProperty(performance, 'now', { configurable: true, writable: true, value: now });
  window.requestAnimationFrame = (draw) => later(() => draw(now()), FRAME_MS);
  window.cancelAnimationFrame = (handle) => never(handle);
  const since = new WeakMap();
  if (window.AudioContext) Object.defineProperty(AudioContext.prototype, 'currentTime', {
    configurable: true,
    get() {
      if (this.state !== 'running') return 0;
      if (!since.has(this)) since.set(this, now());
      return (now() - since.get(this)) / 1000;
    },
  });
  Object.defineProperty(Event.prototype, 'timeStamp', { configurable: true, get: now });
  const begun = new WeakMap();
  const animate = () => {
    for (const animation of document.getAnimations()) {
      if (animation.playState === 'finished' || animation.playState === 'idle') continue;
      if (!begun.has(animation)) begun.set(animation, now());
      const at = now() - begun.get(animation);
      const end = animation.effect ? animation.effect.getComputedTiming().endTime : 0;
      if (at >= end) animation.finish();
      else { animation.pause(); animation.currentTime = at; }
    }
  };
`;

/**
 * How early a page hears of its size is chance, in the field as here: it hears of it once, when it
 * is loaded.
 */
const SIZE = `
  addEventListener('resize', (event) => {
    if (event.isTrusted) event.stopImmediatePropagation();
  }, true);
  addEventListener('load', () => later(() => dispatchEvent(new Event('resize')), 1));
`;

/**
 * The words on each canvas: those of the last moment in which any were written, unless the canvas
 * was drawn on later. Three dimensions are drawn by software here: without smooth edges, and while
 * nobody looks, a game that draws all the time is spared it.
 */
const CANVAS = `
  const canvases = new Map();
  const noteOf = (context) => {
    const canvas = context.canvas;
    const nothing = { textAt: -1, drawAt: -1, texts: [], places: [] };
    if (!canvases.has(canvas)) canvases.set(canvas, nothing);
    return canvases.get(canvas);
  };
  // The same few words are written in every frame.
  const boxes = new Map();
  const boxOf = (context, text) => {
    const key = context.font + context.textAlign + text, known = boxes.get(key);
    if (known) return known;
    if (boxes.size > 2000) boxes.clear();
    const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right } =
      context.measureText(text);
    boxes.set(key, { left, right });
    return { left, right };
  };
  // Where on its canvas a text begins and ends, and how tall it is there.
  const placeOfText = (context, text, x, y) => {
    const size = Number((/([\\d.]+)px/.exec(context.font) ?? [])[1] ?? 10);
    const { a, b, c, d, e } = context.getTransform();
    if (Math.abs(b) + Math.abs(c) > 0.01 * Math.abs(a)) return null;
    const box = boxOf(context, text);
    const [left, right] = [x - box.left, x + box.right].map((at) => e + a * at);
    return { tall: size * Math.abs(d), left, right };
  };
  const watched = (prototype, name, before) => {
    const original = prototype && prototype[name];
    if (!original) return;
    prototype[name] = function (...given) {
      return before(this, given) === false ? undefined : original.apply(this, given);
    };
  };
  const plane = window.CanvasRenderingContext2D && CanvasRenderingContext2D.prototype;
  for (const name of ['fillText', 'strokeText']) watched(plane, name, (context, [text, x, y]) => {
    const note = noteOf(context), at = moment;
    if (note.textAt !== at) { note.texts = []; note.textAt = at; }
    if (context.globalAlpha <= 0.05 || note.texts.length >= 60) return;
    note.texts.push(String(text));
    note.places[note.texts.length - 1] = placeOfText(context, String(text), x, y);
  });
  for (const name of ['clearRect', 'fillRect', 'drawImage', 'fill']) watched(plane, name,
    (context) => { noteOf(context).drawAt = moment; });
  let isSeen = false, drawnAt = -1, streak = 0;
  const isSpared = () => {
    const at = moment;
    if (at !== drawnAt) streak = at - drawnAt <= 2 * FRAME_MS ? streak + 1 : 0;
    drawnAt = at;
    return !isSeen && streak > 3;
  };
  const withoutSmoothEdges = (prototype) => {
    const original = prototype.getContext;
    prototype.getContext = function (type, wanted, ...rest) {
      const given = /^webgl/.test(type) ? { ...wanted, antialias: false } : wanted;
      return original.call(this, type, given, ...rest);
    };
  };
  for (const type of [window.HTMLCanvasElement, window.OffscreenCanvas])
    if (type) withoutSmoothEdges(type.prototype);
  const draws = ['clear', 'drawArrays', 'drawElements', 'drawArraysInstanced',
    'drawElementsInstanced'];
  for (const type of [window.WebGLRenderingContext, window.WebGL2RenderingContext])
    for (const name of draws) watched(type && type.prototype, name, () => !isSpared());
  // Of a whole scene only what the game can ask of it is worked out: where everything is.
  Object.defineProperty(window, '${SPARES}', { value: (renderer, scene, camera) => {
    if (!camera?.isCamera || renderer.getRenderTarget() !== null || !isSpared()) return false;
    if (scene.matrixWorldAutoUpdate) scene.updateMatrixWorld();
    if (camera.parent === null && camera.matrixWorldAutoUpdate) camera.updateMatrixWorld();
    return true;
  } });
`;

/** What a player would see and hear of the game's state, and what stands in the way. */
const SIGHT = `
  const violations = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    if (violations.length < 20) violations.push([String(effectiveDirective), String(blockedURI)]);
  });
  const isShown = (element) => {
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return null;
    const box = element.getBoundingClientRect();
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    const isInside = x >= 0 && y >= 0 && x < innerWidth && y < innerHeight && box.width > 0;
    if (!isInside) return null;
    const top = document.elementFromPoint(x, y);
    const isTop = top && (element.contains(top) || top.contains(element));
    const isThrough = getComputedStyle(element).pointerEvents === 'none';
    return isTop || isThrough ? { x: Math.round(x), y: Math.round(y), size: box.width } : null;
  };
  const shownTexts = () => {
    const found = [];
    if (!document.body) return found;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && found.length < 200) {
      const node = walker.currentNode, parent = node.parentElement;
      const text = node.data.replace(/\\s+/g, ' ').trim();
      if (text && !/^(SCRIPT|STYLE|NOSCRIPT)$/.test(parent.tagName) && isShown(parent))
        found.push({ node, text, parent });
    }
    return found;
  };
  const words = () => shownTexts().map(({ text }) => text.slice(0, 200));
  const drawn = () => [...canvases].flatMap(([canvas, note]) =>
    note.textAt >= note.drawAt - FRAME_MS && (canvas.isConnected || canvases.size === 1)
      ? note.texts.map((text) => text.slice(0, 200)) : []);
  const targets = () => [...document.querySelectorAll(
    'button, a, input, select, label, summary, [role=button], [onclick], [data-action]',
  )].concat([...document.querySelectorAll('body *')].slice(0, 600).filter(
    (each) => getComputedStyle(each).cursor === 'pointer',
  )).map(isShown).filter(Boolean);
  const scrolled = () => {
    const { scrollTop = 0, scrollLeft = 0 } = document.body ?? {};
    return Math.round(Math.max(...[scrollX, scrollY, scrollTop, scrollLeft].map(Math.abs)));
  };
`;

/**
 * What a phone's player would find hard to read or to hit: words by their size and place, buttons
 * by their size. All in CSS pixels.
 */
const LAYOUT = `
  const SMALL_TEXT = 10, SMALL_TARGET = 32, EDGE = 2;
  const label = (text) => String(text).replace(/\\s+/g, ' ').trim().slice(0, 40);
  const isCut = ({ left, right }) => {
    const isInside = right > 0 && left < innerWidth;
    return isInside && (left < -EDGE || right > innerWidth + EDGE);
  };
  const wordsOnCanvas = () => [...canvases].flatMap(([canvas, note]) => {
    if (!canvas.isConnected || canvas.width === 0) return [];
    const box = canvas.getBoundingClientRect(), scale = box.width / canvas.width;
    return note.texts.flatMap((text, at) => {
      const place = note.places[at];
      if (!place || !text.trim()) return [];
      return [{ text: label(text), tall: (place.tall * box.height) / canvas.height,
        left: box.left + place.left * scale, right: box.left + place.right * scale }];
    });
  });
  const wordsOnPage = () => shownTexts().map(({ node, text, parent }) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right } = range.getBoundingClientRect();
    return { text: label(text), tall: parseFloat(getComputedStyle(parent).fontSize), left, right };
  });
  const layout = () => {
    const all = [...wordsOnCanvas(), ...wordsOnPage()];
    const buttons = [...document.querySelectorAll('button, a, input, select, [role=button]')]
      .filter(isShown);
    const isSmall = (element) => {
      const { width, height } = element.getBoundingClientRect();
      return Math.min(width, height) < SMALL_TARGET;
    };
    const few = (texts) => [...new Set(texts)].slice(0, 10);
    return {
      small: few(all.filter(({ tall }) => tall < SMALL_TEXT).map(({ text }) => text)),
      cut: few(all.filter(isCut).map(({ text }) => text)),
      targets: few(buttons.filter(isSmall).map((one) => label(one.textContent || one.tagName))),
      buttons: buttons.length,
    };
  };
`;

/**
 * Runs in a page before anything of the game's: what happens there is then a function of the
 * revision and the seed (J4). Comes after the virtual clock, whose timers it uses.
 */
export function pageScript(seed: number): string {
  const parts = [CHANCE, TIME, SIZE, CANVAS, SIGHT, LAYOUT].join('\n');
  return `(() => {
    const SEED = ${seed}, FRAME_MS = ${FRAME_MS};
    const { frame, giveWay } = window.${OWN};
    delete window.${OWN};
    ${parts}
    const look = () => {
      animate();
      return { data: { ...document.documentElement.dataset }, words: words(), drawn: drawn(),
        scrolled: scrolled(), violations: violations.splice(0) };
    };
    const { controller } = window.__pwClock;
    const passing = async (ms) => {
      await controller.runFor(ms).catch(report);
      moment = now();
      await giveWay();
      return look();
    };
    const nextFrame = () => new Promise((done) => frame(() => done(null)));
    Object.defineProperty(window, '${PLAYED}', { value: {
      frame: nextFrame,
      pass: (ms) => passing(ms),
      passAfterFrame: (ms) => nextFrame().then(giveWay).then(() => passing(ms)),
      show: (ms) => { isSeen = true; return passing(ms); },
      hide: () => { isSeen = false; return { layout: layout(), sight: look() }; },
      targets: () => {
        const seen = new Set();
        return targets().filter(({ x, y }) => !seen.has(x + ',' + y) && seen.add(x + ',' + y));
      },
      look, layout,
    } });
  })()`;
}
