import { post } from './post.js';

/** Tells the page around the game of its first touch: a browser may fill the screen by then. */
export function tellFirstTouch(): void {
  const tell = ({ isTrusted, pointerType }: PointerEvent): void => {
    if (!isTrusted || pointerType !== 'touch') return;
    window.removeEventListener('pointerup', tell, true);
    post({ type: 'touched' });
  };
  window.addEventListener('pointerup', tell, true);
}
