/**
 * Answers as they are stored: their ending of suggestions, on which both sides of the wire agree,
 * and the result of a job's row.
 */

const SUFFIX = /\n*提案: ([^\n]+)\s*$/;

/** @param {string} content @returns {{ body: string, suggestions: string[] }} */
export function splitSuggestions(content) {
  const match = content.match(SUFFIX);
  if (!match) return { body: content, suggestions: [] };
  const suggestions = (match[1] ?? '')
    .split('、')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return { body: content.slice(0, match.index).trimEnd(), suggestions };
}

/**
 * A row holds its result as JSON text. @param {string | null} json @returns
 * {import('../types.js').Frame<'completed'>['result']}
 */
export function readResult(json) {
  try {
    const result = JSON.parse(json ?? '{}');
    return { ...result, message: typeof result.message === 'string' ? result.message : '' };
  } catch {
    return { message: '' };
  }
}
