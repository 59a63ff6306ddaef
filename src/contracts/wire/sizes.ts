/** Sizes that server and client hold to; without schemas, so that pages load the numbers alone. */

/** The longest message. */
export const MAX_MESSAGE_CHARS = 20_000;
/** Projects of a page, unless another size is asked for. */
export const PROJECTS_PER_PAGE = 30;
