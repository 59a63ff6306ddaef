import type pg from 'pg';
import type { Params } from '../contracts/messages/render.js';
import TEXTS from './texts-before-0019.json' with { type: 'json' };

/**
 * The step of `migrate` that gives rows from before 0019 their codes (N1), once. It reads them from
 * the texts of that time; text that matches none stays text. Nothing else reads a code from text.
 */
export async function fillMessageCodes(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ isDue: boolean }>(
    `select to_regclass('dreamcore.fills') is not null as "isDue"`,
  );
  if (!rows[0]?.isDue) return;
  await client.query('begin');
  try {
    const { rowCount } = await client.query(
      `insert into dreamcore.fills (name) values ('message_codes') on conflict do nothing`,
    );
    if (rowCount === 1) {
      // A fill is no change of a job: its time and its followers' counters stay.
      await client.query('alter table public.jobs disable trigger user');
      for (const fill of FILLS) await fillColumns(client, fill);
      await client.query('alter table public.jobs enable trigger user');
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

interface Coded {
  code: string;
  params: Params;
}
interface Fill {
  table: string;
  /** Prefix of the columns of code and params. */
  prefix: string;
  /** Selects `kind` and `text`. */
  columns: string;
  where: string;
  read: (text: string, kind: string) => Coded | null;
}

const FILLS: readonly Fill[] = [
  {
    table: 'jobs',
    prefix: 'progress_',
    columns: `'' as kind, progress_message as text`,
    where: 'progress_message is not null',
    read: (text) => readSentence(text, 'STEP_'),
  },
  {
    table: 'jobs',
    prefix: 'error_',
    columns: `'' as kind, error as text`,
    where: `status = 'failed' and error is not null`,
    read: readFailure,
  },
  {
    table: 'chat_history',
    prefix: '',
    columns: 'role as kind, message as text',
    where: `role <> 'user'`,
    read: readLine,
  },
  {
    table: 'notifications',
    prefix: '',
    columns: 'title as kind, message as text',
    where: 'true',
    read: readNotice,
  },
];
const PAGE_ROWS = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

async function fillColumns(client: pg.Client, fill: Fill): Promise<void> {
  const { table, prefix, columns, where, read } = fill;
  for (let after = FIRST_ID; ;) {
    const { rows } = await client.query<{ id: string; kind: string; text: string }>(
      `select id, ${columns} from public.${table}
       where id > $1 and ${prefix}code is null and ${where} order by id limit ${PAGE_ROWS}`,
      [after],
    );
    const coded = rows.flatMap(({ id, kind, text }) => {
      const found = read(text, kind);
      return found ? [{ id, ...found }] : [];
    });
    await client.query(
      `update public.${table} t set ${prefix}code = c.code, ${prefix}params = c.params
       from jsonb_to_recordset($1) as c (id uuid, code text, params jsonb) where t.id = c.id`,
      [JSON.stringify(coded)],
    );
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_ROWS) return;
    after = last.id;
  }
}

type Language = 'ja' | 'en';
const LANGUAGES: readonly Language[] = ['ja', 'en'];
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The texts that fill the places of `words` when they make up `text`; null = they do not. */
function placesIn(words: string, text: string): Record<string, string> | null {
  const parts = words
    .split(/\{(\w+)\}/)
    .map((part, at) => (at % 2 === 0 ? escaped(part) : `(?<${part}>.+)`));
  const match = new RegExp(`^${parts.join('')}$`, 's').exec(text);
  return match && { ...match.groups };
}

function readSentence(text: string, prefix: string): Coded | null {
  for (const [code, words] of Object.entries(TEXTS.sentences)) {
    const places = code.startsWith(prefix) ? placesIn(words, text) : null;
    if (places) return { code, params: numbered(places) };
  }
  return null;
}

function numbered(places: Record<string, string>): Params {
  const counts = ['position', 'missing', 'total'];
  return Object.fromEntries(
    Object.entries(places).map(([name, text]) => [
      name,
      counts.includes(name) ? Number(text) : text,
    ]),
  );
}

function readFailure(text: string): Coded | null {
  const [words, largest] = text.split(TEXTS.largest);
  const found = Object.entries(TEXTS.failures).find(([, failure]) => failure === words);
  return found ? { code: found[0], params: largest === undefined ? {} : { largest } } : null;
}

/** Lines of the system are whole sentences; an answer of a model has notes as paragraphs. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  system: ['VERSION_RESTORED', 'GAME_TUNED', 'REMIXED_FROM'],
  assistant: ['GAME_UPDATED', 'ANSWER_EMPTY'],
};
function readLine(text: string, role: string): Coded | null {
  const line = readSentence(text, '');
  if (line && LINES[role]?.some((code) => line.code.startsWith(code))) return line;
  if (role !== 'assistant') return null;
  const paragraphs = text.split('\n\n').map((part) => readNote(part) ?? { text: part });
  return paragraphs.some((part) => 'code' in part)
    ? { code: 'PARAGRAPHS', params: { paragraphs } }
    : null;
}

function readNote(text: string): Coded | null {
  for (const [code, words] of Object.entries(TEXTS.notes))
    for (const language of LANGUAGES) {
      const places = placesIn(words[language], text);
      if (places) return { code, params: withLists(numbered(places), language) };
    }
  return null;
}

function withLists(params: Params, language: Language): Params {
  const { faults, checks } = params;
  const split = (list: unknown) => String(list).split(TEXTS.between[language]);
  const codeOf = (words: string) =>
    Object.entries(TEXTS.faults).find(([, fault]) => fault[language] === words)?.[0];
  return {
    ...params,
    ...(faults !== undefined && { faults: split(faults).flatMap((words) => codeOf(words) ?? []) }),
    ...(checks !== undefined && { checks: split(checks) }),
  };
}

function readNotice(text: string, title: string): Coded | null {
  const code = readSentence(title, '')?.code;
  const words = (TEXTS.sentences as Record<string, string>)[`${code}_NOTE`];
  const params = words === undefined ? null : placesIn(words, text);
  return code !== undefined && params ? { code, params } : null;
}
