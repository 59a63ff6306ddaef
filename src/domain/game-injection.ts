/**
 * Runs first in every game page. Ways out that a Content-Security-Policy does not know are taken
 * away; that is best effort, for a frame may bring them back. A sandboxed page may not touch the
 * browser's storage: games that expect it get one that lasts as long as the page. Settings that
 * the page around it tunes stand in the game's block before its scripts read it: they come by the
 * frame's name, and while it runs by a message that the game may take (`settings`). Afterwards
 * errors, also those of its own script files, are reported to the page around it (rest.md §6).
 */
const INJECTED_SCRIPT = `<script>(function () {
  // No policy of a page forbids these ways out.
  ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'].forEach(function (name) {
    if (name in window) Object.defineProperty(window, name, { value: undefined });
  });

  function memoryStorage() {
    var items = new Map();
    var methods = {
      getItem: function (key) { key = String(key); return items.has(key) ? items.get(key) : null; },
      setItem: function (key, value) { items.set(String(key), String(value)); },
      removeItem: function (key) { items.delete(String(key)); },
      clear: function () { items.clear(); },
      key: function (index) { return Array.from(items.keys())[index] || null; },
    };
    return new Proxy({}, {
      get: function (_, key) {
        if (key === 'length') return items.size;
        if (Object.prototype.hasOwnProperty.call(methods, key)) return methods[key];
        return items.get(key);
      },
      set: function (_, key, value) { methods.setItem(key, value); return true; },
      has: function (_, key) { return items.has(key) || key === 'length' || key in methods; },
      deleteProperty: function (_, key) { items.delete(key); return true; },
      ownKeys: function () { return Array.from(items.keys()); },
      getOwnPropertyDescriptor: function (_, key) {
        if (!items.has(key)) return undefined;
        return { value: items.get(key), writable: true, enumerable: true, configurable: true };
      },
    });
  }
  ['localStorage', 'sessionStorage'].forEach(function (name) {
    try { window[name].getItem(''); } catch (refused) {
      Object.defineProperty(window, name, {
        value: memoryStorage(), configurable: true, enumerable: true,
      });
    }
  });

  // In a sandbox the game's own scripts count as foreign, and errors in foreign scripts are hidden
  // unless they are asked for openly.
  if (window.MutationObserver) new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      change.addedNodes.forEach(function (node) {
        var isOwn = node.nodeName === 'SCRIPT' && node.src &&
          new URL(node.src).origin === location.origin;
        if (isOwn && !node.hasAttribute('crossorigin')) node.crossOrigin = 'anonymous';
      });
    });
  }).observe(document, { childList: true, subtree: true });

  function post(message) {
    try { window.parent.postMessage(message, '*'); } catch (ignored) { /* nobody listens */ }
  }

  var tuned = null;
  function fillSettings() {
    var block = tuned && document.querySelector('script#settings[type="application/json"]');
    if (!block) return;
    try {
      block.textContent = JSON.stringify(JSON.parse(block.textContent).map(function (setting) {
        return Object.prototype.hasOwnProperty.call(tuned, setting.name)
          ? Object.assign({}, setting, { value: tuned[setting.name] }) : setting;
      }));
      return true;
    } catch (incomplete) { return false; }
  }
  try {
    tuned = JSON.parse(/^settings:(.*)$/.exec(window.name)[1]);
  } catch (untuned) { /* as it is saved */ }
  if (tuned && window.MutationObserver) {
    // Before each script of a page the changes before it are told.
    var waiting = new MutationObserver(function () { if (fillSettings()) waiting.disconnect(); });
    waiting.observe(document, { childList: true, subtree: true });
  }
  window.addEventListener('message', function (event) {
    var message = event.data;
    if (event.source !== window.parent || !message || message.type !== 'settings') return;
    tuned = message.values;
    fillSettings();
    var wanted = new CustomEvent('settings', { detail: tuned, cancelable: true });
    post({ type: 'settingsTaken', taken: !window.dispatchEvent(wanted) });
  });

  var MAX_ERRORS = 10;
  var errors = [];
  function add(record) {
    if (errors.length >= MAX_ERRORS) return;
    errors.push(record);
    post({ type: 'gameError', errors: errors });
  }
  function textOf(value) {
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Error) return String(value);
    try { return JSON.stringify(value); } catch (circular) { return String(value); }
  }
  window.addEventListener('error', function (event) {
    add({
      type: 'error', message: event.message,
      file: (event.filename || '').split(/[?#]/)[0].split('/').pop() || 'unknown',
      line: event.lineno, column: event.colno, stack: (event.error && event.error.stack) || null,
    });
  });
  window.addEventListener('unhandledrejection', function (event) {
    var reason = event.reason;
    add({
      type: 'unhandledrejection', message: String((reason && reason.message) || reason),
      stack: (reason && reason.stack) || null,
    });
  });
  var consoleError = console.error;
  console.error = function () {
    var words = Array.prototype.slice.call(arguments);
    add({ type: 'console.error', message: words.map(textOf).join(' ') });
    return consoleError.apply(console, words);
  };
  window.addEventListener('load', function () {
    setTimeout(function () {
      post({
        type: 'gameLoaded', success: errors.length === 0, errorCount: errors.length, errors: errors,
      });
    }, 500);
  });
})();</script>`;

/**
 * The page with our script behind its first `<head>` or `<HEAD>`; in front of everything when there
 * is neither.
 */
export function injectScript(html: string): string {
  for (const tag of ['<head>', '<HEAD>']) {
    const at = html.indexOf(tag);
    if (at !== -1)
      return html.slice(0, at + tag.length) + INJECTED_SCRIPT + html.slice(at + tag.length);
  }
  return INJECTED_SCRIPT + html;
}
