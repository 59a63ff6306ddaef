/** Keeps the page inside the part of the screen that the on-screen keyboard leaves free. */

/** A smaller difference is a browser bar that slides, not a keyboard. */
const KEYBOARD_MIN_PX = 100;

/** Sets `--app-height` and `--app-top` while a keyboard covers the page. */
export function followKeyboard() {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const root = document.documentElement;
  const fit = () => {
    const covered = window.innerHeight - viewport.height;
    const open = covered > KEYBOARD_MIN_PX && viewport.scale === 1;
    root.classList.toggle('keyboard-open', open);
    if (open) {
      root.style.setProperty('--app-height', `${viewport.height}px`);
      root.style.setProperty('--app-top', `${viewport.offsetTop}px`);
    } else {
      root.style.removeProperty('--app-height');
      root.style.removeProperty('--app-top');
    }
  };
  viewport.addEventListener('resize', fit);
  viewport.addEventListener('scroll', fit);
}
