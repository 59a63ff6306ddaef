/** State of a game: what it declares, and the words on its screen. */
export interface ToldState {
  /** `document.documentElement.dataset`. */
  readonly data: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  readonly drawn: readonly string[];
}

const OVER_STATE = /^(game[-_ ]?over|over|lost|lose|dead|died|failed|end|ended|finished)$/i;
/** A line about an end; "avoid game over", "you lost 5 coins" and instructions are none. */
const OVER_WORDS = new RegExp(
  '(?:^|[^\\p{L}\\s])\\s*(?:game\\s*over|ゲームオーバー|ゲーム終了|' +
    'you (?:lose|lost|died)(?!\\s*[\\p{L}\\p{N}]))' +
    '(?!\\s*(?:[ぁ-んァ-ヶ一-龠]|(?:if|when|as|at|after|in|by)\\b))',
  'iu',
);
/**
 * An invitation that comes with most ends, of whatever kind. "Tap again to jump" is a hint, and a
 * draw that is played once more is no end.
 */
const AGAIN_WORDS = new RegExp(
  '(?:\\b(?:tap|touch|click|press)\\b.*\\bto (?!jump|hop|shoot|fire|hit|swing|flip|turn)\\p{L}+|' +
    '^(?:try|play|start|begin|run|fly|launch|race|drive|ride|dive|guard|fight|deal|go)) again$|' +
    '\\b(?:tap|touch|click|press)\\b.*\\b(?:for another|' +
    'to re(?:start|try|play|build|launch|spawn|run|begin|deal))\\b|' +
    '\\brematch\\b|^(?:retry|restart|(?:the|bad|good|true|happy) end)$|' +
    '(?:(?:タップ|タッチ|クリック|さわ|押)[^。！!]{0,8}|^)もう\\s?(?:一|いち|1)(?:回|度|ど|かい)' +
    '(?:\\s?(?:あそぶ|遊ぶ|プレイ|やる|挑戦))?$|^(?:リトライ|やり直す|やりなおす|はじめから|最初から)$',
  'iu',
);
/** What stands around the words of a line. */
const AROUND = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
const MAX_AGAIN_CHARS = 60;
const WON_STATE = /^(?:won|win|victory|clear(?:ed)?|goal|complete[d]?)$/i;
const WON_WORDS = new RegExp(
  '(?:^|[^\\p{L}\\s])\\s*(?:you (?:win|won|survived|escaped|did it)|victory|congrat\\w*|' +
    '(?:game|stage|level|round|mission|quest|all) (?:clear(?:ed)?|complete[d]?)|' +
    '(?!(?:the )?(?:computer|cpu|ai|bot|enemy|house|rival|opponent)\\b)' +
    '(?:the )?\\p{L}+(?: \\d)? wins(?=[!.]*$)|(?:true|good|happy|best) end(?=[!.]*$)|' +
    '(?:ゲーム|ステージ|全面|オール)?クリア(?:ー)?|勝利|優勝|(?:あなた|きみ|君|プレイヤー)の勝ち|' +
    '(?:勝ち|かち|ゴール)(?=\\s*[!！。…]|$)|ボスを(?:たお|倒)した|いきのこった|生き残った|' +
    'おめでとう)' +
    '(?!\\s*(?:[ぁ-んァ-ヶ一-龠:：\\d]|(?:if|when|as|at|after|in|by)\\b))',
  'iu',
);
/** How a game shows that it is lost, or won. */
const ENDS = {
  lost: { state: OVER_STATE, words: OVER_WORDS },
  won: { state: WON_STATE, words: WON_WORDS },
} as const;
const MAX_OVER_CHARS = 24;
/** With a still image so long, or with a moving one (a glow, a sky), in the game's time. */
const STILL_MS = 200;
const STANDING_MS = 2_000;
/** An invitation is taken by the next touch. */
const INVITING_MS = 300;
/** A line of the first screen that was away for so long may be back with an end. */
const AWAY_MS = 1_500;
const ENDED_STATE = /^(?:end(?:ed)?|finish(?:ed)?|results?)$/i;
const TITLE_STATE = /^(title|ready|menu|start|intro|attract|waiting)$/i;
const PAUSED_WORDS = /\bpaused?\b|\bresume\b|ポーズ|一時停止|再開/i;
const TITLE_WORDS = /スタート|はじめる|\bstart\b|\bplay\b|tap to|(タップ|タッチ)(して|で)/i;

/** A moment of a game: its state, its time, and a name of what it draws. */
export interface Moment extends ToldState {
  readonly atMs: number;
  readonly drawing: number;
}

/**
 * Says whether a game is lost, or won, by all its moments so far (P2). A state that it declares
 * decides. Else words do: a line that says so and no more, that was not there at first, and that
 * stands while no number changes and nothing moves.
 */
export class OverWatch {
  /** When it was over first, in the game's time; null = not yet. */
  overAtMs: number | null = null;
  isOver = false;
  /** By the declared state, now. */
  isDeclared = false;
  /** Lines of the first screen, and since when each is away; null = it never was. */
  private first: Map<string, number | null> | null = null;
  private readonly back = new Set<string>();
  private readonly said = new Set<string>();
  private saidAtMs = 0;
  private standing: { saidAtMs: number; numbers: string; atMs: number } | null = null;
  private still = { drawing: 0, atMs: 0 };

  constructor(private readonly end: keyof typeof ENDS = 'lost') {}

  see(moment: Moment): void {
    const { atMs, drawing } = moment;
    const lines = [...moment.words, ...moment.drawn];
    const come = this.newIn(lines, atMs);
    if (this.still.drawing !== drawing) this.still = { drawing, atMs };
    const declared = moment.data['state'];
    const isInvitation = (line: string): boolean =>
      invitesAgain(line) || (this.back.has(line) && TITLE_WORDS.test(line));
    const invites = come.some(isInvitation) && !isPaused(moment);
    const says = (invites && this.end === 'lost') || come.some((line) => saysEnd(line, this.end));
    const declares = declared !== undefined && ENDS[this.end].state.test(declared);
    this.isDeclared = declares;
    // A declared state may mean that it is over, and words how.
    const ends = declares || (says && (declared === undefined || this.end === 'won'));
    const standingMs = invites ? INVITING_MS : STANDING_MS;
    this.isOver = ends && (this.isOver || declares || this.hasStopped(moment, lines, standingMs));
    if (!ends) this.standing = null;
    if (this.isOver) this.overAtMs ??= this.standing?.saidAtMs ?? atMs;
  }

  /** What was not there at first, or comes back with words that nothing has said before. */
  private newIn(lines: readonly string[], atMs: number): string[] {
    const first = (this.first ??= new Map(lines.map((line) => [line, null])));
    const words = lines
      .map((line) => line.replace(/[^\p{L}]+/gu, ''))
      .filter((word) => word !== '');
    if (words.some((word) => !this.said.has(word))) this.saidAtMs = atMs;
    for (const word of words) this.said.add(word);
    for (const [line, awayMs] of first) {
      const isHere = lines.includes(line);
      const isBack = isHere && awayMs !== null && atMs - awayMs >= AWAY_MS;
      if (isBack && atMs - this.saidAtMs <= STILL_MS) this.back.add(line);
      if (!isHere) this.back.delete(line);
      first.set(line, isHere ? null : (awayMs ?? atMs));
    }
    return lines.filter((line) => !first.has(line) || this.back.has(line));
  }

  /** Words about an end while the game goes on are about something else. */
  private hasStopped({ atMs }: Moment, lines: readonly string[], standingMs: number): boolean {
    const numbers = lines.flatMap((line) => line.match(/\d+/g) ?? []).join();
    const saidAtMs = this.standing?.saidAtMs ?? atMs;
    if (this.standing?.numbers !== numbers) this.standing = { saidAtMs, numbers, atMs };
    const stillMs = atMs - Math.max(this.standing.atMs, this.still.atMs);
    return stillMs >= STILL_MS || atMs - this.standing.atMs >= standingMs;
  }
}

/** Whether a declared state means lost or won. */
export const isEndState = (state: string): boolean =>
  OVER_STATE.test(state) || WON_STATE.test(state);

const saysEnd = (line: string, end: keyof typeof ENDS): boolean =>
  line.trim().length <= MAX_OVER_CHARS && ENDS[end].words.test(line);

/** Such a line follows a loss or a win: both are an end. */
const invitesAgain = (line: string): boolean =>
  line.length <= MAX_AGAIN_CHARS && AGAIN_WORDS.test(line.replace(AROUND, ''));

/** What goes on in a phase, by its name. */
export function phaseKind(phase: string): 'title' | 'playing' | 'ended' {
  if (TITLE_STATE.test(phase)) return 'title';
  const isEnded = [OVER_STATE, WON_STATE, ENDED_STATE].some((state) => state.test(phase));
  return isEnded ? 'ended' : 'playing';
}

/** Whether it shows a title and waits for the first input. */
export function isTitle({ data, words, drawn }: ToldState): boolean {
  const declared = data['state'];
  if (declared !== undefined) return TITLE_STATE.test(declared);
  const lines = [...words, ...drawn];
  const ends = lines.some((line) => saysEnd(line, 'lost') || invitesAgain(line));
  return !ends && lines.some((line) => TITLE_WORDS.test(line));
}

/** Whether it shows that it rests and waits to be taken up again. */
export function isPaused({ data, words, drawn }: ToldState): boolean {
  return [data['state'] ?? '', ...words, ...drawn].some((line) => PAUSED_WORDS.test(line));
}

/** All of it as one text, to be compared. */
export function stateText({ data, words, drawn }: ToldState): string {
  const declared = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([declared, words, drawn]);
}

/** What a game declared, from such a text. */
export const declaredIn = (text: string): Readonly<Record<string, string>> => toldIn(text).data;

/** The state of which {@link stateText} made a text. */
export function toldIn(text: string): ToldState {
  const [declared, words, drawn] = JSON.parse(text) as [[string, string][], string[], string[]];
  return { data: Object.fromEntries(declared), words, drawn };
}
