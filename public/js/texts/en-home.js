/** Texts of the first page, in English. */
/** @type {typeof import('./ja-home.js').jaHome} */
export const enHome = {
  homeTitle: 'Game Creator - make games by chatting',
  homeLine: 'Say what game you want, and play it right here.',
  homeGames: 'Games by everyone',
  homeEmptyHint: 'Be the first to make one.',
  wishLabel: 'The game you want',
  wishPlaceholder: 'What game shall we make?',
  wishIdeas: 'Games you can make',
  loginForWish: 'Sign in, and the game that you described is begun.',
  loginHome: 'See everyone’s games',
};
