import { changedShare, isChanged, isKept, isWithin } from './edits.js';
import { ownImage } from './images.js';
import { costOf, gameOf, versionOf, wishOf } from './observe.js';
import type { Step } from './results.js';
import { Maker, type Answer } from './user.js';
import type { Stack } from '../support/stack.js';
import type { Chain, Intent, Item, Turn, Wish } from './wishes.js';

/** Says all of an item to the product, as somebody new with a new project. */
export async function runItem(stack: Stack, item: Item): Promise<Step[]> {
  const maker = await Maker.open(stack);
  try {
    return item.kind === 'chain' ? await runChain(maker, item) : await runWish(maker, item);
  } finally {
    maker.close();
  }
}

async function runWish(maker: Maker, wish: Wish): Promise<Step[]> {
  const image =
    wish.kind === 'image'
      ? await maker.attach(wish.about ?? '', await ownImage(wish.about ?? ''))
      : null;
  const text = image === null ? wish.text : `${image.line}\n${wish.text}`;
  const answer = await maker.say(text, wish.style);
  const made = await versionOf(maker, answer);
  return [
    {
      ...(await baseOf(maker, answer, { text: wish.text, wanted: 'make' })),
      game: await gameOf(maker, answer, wish.checks),
      wish: made === null ? null : await wishOf(maker, wish, { said: answer.said, made, image }),
    },
  ];
}

async function runChain(maker: Maker, { turns }: Chain): Promise<Step[]> {
  const steps: Step[] = [];
  let [earlier, before]: [string | null, string] = [null, ''];
  for (const turn of turns) {
    const isFirst = steps.length === 0;
    const answer = await maker.say(turn.text);
    if (answer.did === 'restore') await maker.goBack();
    const after = await maker.code();
    steps.push({
      ...(await baseOf(maker, answer, { text: turn.text, wanted: turn.intent })),
      game: await gameOf(maker, answer, []),
      edit: isFirst ? null : editOf(turn, { earlier, before, after }),
    });
    // Without a game there is nothing to be changed.
    if (isFirst && (await versionOf(maker, answer)) === null) break;
    if (after !== before) [earlier, before] = [isFirst ? null : before, after];
  }
  return steps;
}

/** How a change was done; of an answer in words its intent says enough. */
function editOf(
  { intent, scope, changes, keeps }: Turn,
  pages: Parameters<typeof isChanged>[0],
): Step['edit'] {
  if (intent === 'chat') return null;
  return {
    share: changedShare(pages),
    isChanged: isChanged(pages, changes),
    isKept: isKept(pages, keeps),
    isWithin: scope === null ? null : isWithin(pages, scope),
  };
}

async function baseOf(
  maker: Maker,
  answer: Answer,
  asked: { text: string; wanted: Intent },
): Promise<Step> {
  const { did, failure, seconds } = answer;
  // A first game is made, a later one changed: both are the same to the product.
  const told = did === 'edit' && asked.wanted === 'make' ? 'make' : did;
  const usd = await costOf(maker, answer);
  return { ...asked, did: told, failure, seconds, usd, game: null, wish: null, edit: null };
}
