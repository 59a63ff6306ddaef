/**
 * Shown while a project has no revision. The phrase and a length under 2000 characters mark "no
 * game yet" (generation.md §1).
 */
export const WELCOME_PAGE = `<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>My Game</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 12px;
    text-align: center;
    font-family: system-ui, sans-serif; color: #171717;
    background: linear-gradient(#fff, #f5f5f5); }
  h1 { font-size: 1.25rem; margin: 0; }
  p { margin: 0; color: #525252; font-size: .875rem; }
</style>
</head>
<body>
<h1>Welcome to Game Creator</h1>
<p>チャットにメッセージを送ると、ここにゲームが現れます。</p>
</body>
</html>
`;

/** True when `html` is the placeholder rather than a game (generation.md §4). */
export const isWelcomePage = (html: string): boolean =>
  html.length < 2000 && html.includes('Welcome to Game Creator');
