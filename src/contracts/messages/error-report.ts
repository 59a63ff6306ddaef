/** First line of a request to repair a game: clients write it, in English. */
export const ERROR_REPORT = 'Please fix the following errors that occurred in the game:';
