/** What the product quotes in a prompt, as it was written. */
export const unquoted = (prompt: string): string => prompt.replace(/^> /gm, '');
