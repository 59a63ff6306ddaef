/** What tuning changed, out of the JSON in which a game declares its settings. */

/** @typedef {{ name: string, label?: string, value: unknown }} Declared */

/**
 * The values that differ; null = something else changed, too, or nothing that is a setting.
 * @param {string} before @param {string} after the lines that differ
 * @returns {{ label: string, from: string, to: string }[] | null}
 */
export function settingsChange(before, after) {
  const old = declaredIn(before);
  const now = declaredIn(after);
  if (old === null || now === null) return null;
  const changed = now.flatMap(({ name, label, value }) => {
    const was = old.find((each) => each.name === name);
    return was === undefined || was.value === value
      ? []
      : [{ label: label ?? name, from: String(was.value), to: String(value) }];
  });
  return changed.length > 0 ? changed : null;
}

/** Null = there is something beside declarations. @param {string} source @returns {Declared[] | null} */
function declaredIn(source) {
  /** @type {Declared[]} */
  const found = [];
  const rest = source.replaceAll(/\{[^{}]*\}/g, (part) => {
    try {
      const { name, label, value } = JSON.parse(part);
      if (typeof name !== 'string' || value === undefined) return part;
      found.push({ name, value, ...(typeof label === 'string' && { label }) });
      return '';
    } catch {
      return part;
    }
  });
  return /^[\s,[\]]*$/.test(rest) ? found : null;
}
