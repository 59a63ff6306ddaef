/** What tuning changed, out of the JSON in which a game declares its settings. */

/** @typedef {{ name: string, label?: string, value: unknown }} Declared */

/**
 * The values that differ; null = none does, or something else changed, too.
 * @param {string} before @param {string} after the lines that differ
 * @returns {{ label: string, from: string, to: string }[] | null}
 */
export function settingsChange(before, after) {
  const [old, now] = [declaredIn(before), declaredIn(after)];
  const changed = now?.flatMap(({ name, label = name, value }) => {
    const was = old?.find((each) => each.name === name)?.value;
    const isOther = was !== undefined && was !== value;
    return isOther ? [{ label, from: String(was), to: String(value) }] : [];
  });
  return old && changed && changed.length > 0 ? changed : null;
}

/** Null = there is something beside declarations. @param {string} source */
function declaredIn(source) {
  /** @type {Declared[]} */
  const found = [];
  try {
    const rest = source.replaceAll(/\{[^{}]*\}/g, (part) => {
      found.push(JSON.parse(part));
      return '';
    });
    const isWhole = /^[\s,[\]]*$/.test(rest) && found.every(({ name }) => typeof name === 'string');
    return isWhole ? found : null;
  } catch {
    return null;
  }
}
