import { post } from './post.js';

/** Posts the first touch to the page around the game: a browser may fill the screen by then. */
export function postFirstTouch(): void {
  const send = ({ isTrusted, pointerType }: PointerEvent): void => {
    if (!isTrusted || pointerType !== 'touch') return;
    window.removeEventListener('pointerup', send, true);
    post({ type: 'touched' });
  };
  window.addEventListener('pointerup', send, true);
}
