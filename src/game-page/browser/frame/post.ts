/** Sends a message to the page around the game, where there is one that can be reached. */
export function post(message: object): void {
  try {
    window.parent.postMessage(message, '*');
  } catch {
    // Not cloneable, or the frame is being removed.
  }
}
