/** A page that allows it would be enlarged by two fingers; a game in its frame is not. */
export function keepScale(): void {
  addEventListener('DOMContentLoaded', () => {
    const root = document.documentElement;
    if (/auto|manipulation|pinch-zoom/.test(getComputedStyle(root).touchAction))
      root.style.touchAction = 'pan-x pan-y';
  });
}
