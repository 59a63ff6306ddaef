/** What can be tapped, by its kind. */
export const TARGETS =
  'button, a, input, select, label, summary, [role=button], [onclick], [data-action]';
const MAX_NAME = 40;

/** Its id, else its words, without digits where others are left; null when it has neither. */
export function nameOf(element: Element): string | null {
  if (element.id !== '') return `#${element.id}`.slice(0, MAX_NAME);
  const text = element.textContent ?? '';
  const plain = text.replace(/[\d.,]+/g, ' ');
  const name = /\S/.test(plain) ? plain : text;
  return name.replace(/\s+/g, ' ').trim().slice(0, MAX_NAME) || null;
}
