/** Texts of the first page, in Japanese. */
export const jaHome = {
  homeTitle: 'ゲームクリエイター - チャットでゲームを作ろう',
  homeLine: '作りたいゲームを言葉にすると、その場で遊べます。',
  homeGames: 'みんなのゲーム',
  homeEmptyHint: '最初のひとつを作ってみませんか？',
  wishLabel: '作りたいゲーム',
  wishPlaceholder: 'どんなゲームを作りますか？',
  wishIdeas: '作れるゲームの例',
  loginForWish: 'ログインすると、書いたゲームを作りはじめます。',
  loginHome: 'みんなのゲームを見る',
};
