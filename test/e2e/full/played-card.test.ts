import { expect, it } from 'vitest';
import { patient } from '../../support/patience.js';
import { BrowserStack } from '../browser-stack.js';
import { Person } from '../person.js';

/** From a wish over a real play to the image on a card: nothing on this way is made by the test. */
const app = new BrowserStack({ env: { PLAY_GAMES: 'true' } });

interface Shown {
  readonly address: string;
  readonly width: number;
}

const imagesIn = (person: Person, card: string): Promise<Shown[]> =>
  person.page.evaluate<Shown[]>(`[...document.querySelectorAll('${card} img:not(.thumb-motion)')]
    .filter(({ complete, naturalWidth }) => complete && naturalWidth > 0)
    .map(({ src, naturalWidth }) => ({ address: new URL(src).pathname, width: naturalWidth }))`);

it('the play of a real job shows the game in the answer, its version and its card', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  const { page } = person;
  await person.signIn();
  await person.newProject();
  const projectId = new URL(page.url()).pathname.split('/')[2] ?? '';
  await person.wish('2Dのシューティングゲームを作って');
  const played = page.locator('.made-screenshot');
  await played.waitFor({ state: 'attached', timeout: patient(150_000) });
  const patience = { timeout: patient(15_000) };
  const made = '.message.assistant:has(.made-screenshot)';
  await expect.poll(() => imagesIn(person, made), patience).toHaveLength(1);
  const [answer] = await imagesIn(person, made);
  expect(answer?.address).toMatch(
    new RegExp(`^/api/projects/${projectId}/screenshots/[0-9a-f]{64}$`),
  );
  await person.image('played-1-answer');

  await person.showGame();
  await page.click('#versionsButton');
  await expect.poll(() => imagesIn(person, '.version-item'), patience).toEqual([answer]);
  await page.keyboard.press('Escape');
  for (const [place, card] of [
    ['create', '.project-card'],
    ['mypage', '.case'],
  ] as const) {
    await page.goto(`${app.stack.baseUrl}/${place}`);
    await expect.poll(() => imagesIn(person, card), patience).toEqual([answer]);
    await person.image(`played-2-${place}`);
  }
  expect(person.complaints).toEqual([]);
  await person.leave();
});
