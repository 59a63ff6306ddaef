/** The kinds of files that a person may choose; what becomes of each is in compress.js. */
export const ACCEPTED =
  'image/png,image/jpeg,image/gif,image/webp,image/heic,image/svg+xml,audio/*';
