const WORDS = {
  ja: {
    heading: '開発用サインイン',
    note:
      'Google の代わりに、この端末だけで使う開発用の画面です。' +
      'パスワードは不要で、外部には何も送信しません。',
    name: '名前',
    email: 'メールアドレス',
    submit: 'サインイン',
    someone: 'デモ ユーザー',
    problem: '名前とメールアドレスを確認してください。',
  },
  en: {
    heading: 'Developer sign-in',
    note:
      'It takes the place of Google on this machine alone. ' +
      'No password is needed, and nothing is sent elsewhere.',
    name: 'Name',
    email: 'Email address',
    submit: 'Sign in',
    someone: 'Demo User',
    problem: 'Please check the name and the email address.',
  },
} as const;
type Language = keyof typeof WORDS;

/** As our pages choose it: English where the browser's first language is, else Japanese. */
export function signInLanguage(acceptLanguage: string | undefined): Language {
  return /^en\b/i.test(acceptLanguage ?? '') ? 'en' : 'ja';
}

/** What the developer sign-in shows. */
export interface SignInPage {
  readonly language: Language;
  readonly flowId: string;
  /** Null = a name to begin with. */
  readonly name: string | null;
  readonly email: string;
  /** Was the last attempt refused? */
  readonly isRefused: boolean;
}

const STYLE = `
  :root { color-scheme: light dark; --ground: #f4f2ee; --paper: #fff; --ink: #1d1b18;
    --soft: #6b655c; --line: #d9d3c8; --act: #2f5bd7; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #17161a; --paper: #211f26; --ink: #f1eef6;
      --soft: #a8a1b3; --line: #3a3742; --act: #7d9cff; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
    background: var(--ground); color: var(--ink);
    font: 16px/1.6 system-ui, -apple-system, "Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP",
      sans-serif; }
  main { width: min(100%, 400px); background: var(--paper); border: 1px solid var(--line);
    border-radius: 20px; padding: 28px; }
  .demo { display: inline-block; padding: 2px 10px; border-radius: 999px; background: #ffd84d;
    color: #3a2d00; font-size: 13px; font-weight: 700; letter-spacing: .06em; }
  h1 { margin: 12px 0 4px; font-size: 22px; }
  p { margin: 0 0 20px; color: var(--soft); font-size: 14px; }
  .problem { color: #c43d2b; }
  label { display: block; margin-bottom: 14px; font-size: 14px; font-weight: 600; }
  input { width: 100%; margin-top: 4px; padding: 12px; border: 1px solid var(--line);
    border-radius: 12px; background: transparent; color: inherit; font: inherit; font-size: 16px;
    font-weight: 400; }
  input:focus-visible, button:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
  button { width: 100%; margin-top: 6px; padding: 13px; border: 0; border-radius: 12px;
    background: var(--act); color: #fff; font: inherit; font-weight: 700; cursor: pointer; }
  @media (prefers-color-scheme: dark) { button { color: #10142a; } }`;

/** The page that stands in for Google's while no Google credentials are configured. */
export function signInPage(page: SignInPage): string {
  const words = WORDS[page.language];
  return `<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.heading}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<span class="demo">DEMO</span>
<h1>${words.heading}</h1>
<p>${words.note}</p>
${page.isRefused ? `<p class="problem" role="alert">${words.problem}</p>` : ''}<form method="post">
<input type="hidden" name="flow" value="${escapeHtml(page.flowId)}">
<label>${words.name}<input name="name" value="${escapeHtml(page.name ?? words.someone)}"
  autocomplete="name" maxlength="80" required></label>
<label>${words.email}<input name="email" type="email" value="${escapeHtml(page.email)}"
  autocomplete="email" maxlength="200" required></label>
<button type="submit">${words.submit}</button>
</form>
</main>
</body>
</html>
`;
}

/**
 * No script, no foreign resource, no frame around it; browsers check the redirect after the form,
 * too. Without any referrer a browser would send the form with `Origin: null`, which the app
 * refuses.
 */
export function signInHeaders(redirectOrigin: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${redirectOrigin}; ` +
      `frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'same-origin',
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
