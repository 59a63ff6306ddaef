import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { type Finding, oxlint } from '../support/oxlint.js';
import { patient } from '../support/patience.js';

const LIMIT_MS = patient(60_000);
const CONFIG = 'oxlint.config.js';
const useOf = (place: string): string =>
  `import { it } from '${place}';\nexport const that = it;\n`;
const typeOf = (place: string): string =>
  `import type { It } from '${place}';\nexport type That = It;\n`;

interface Case {
  readonly file: string;
  readonly text: string;
  readonly rule: string;
  readonly message?: string;
}

const BOUNDARY = 'no-restricted-imports';

/** Each breaks one rule. */
const REFUSED: Readonly<Record<string, Case>> = {
  'the product imports what developers run': {
    file: 'src/domain/dev.ts',
    text: useOf('../../dev/it.js'),
    rule: BOUNDARY,
    message: 'src may not import dev or tools.',
  },
  'a room imports one that rooms.json does not give it': {
    file: 'src/api/sockets/workflows.ts',
    text: useOf('../../workflows/it.js'),
    rule: BOUNDARY,
    message: 'src/api may not import src/workflows',
  },
  'a room imports types of such a room': {
    file: 'src/contracts/store.ts',
    text: typeOf('../store/it.js'),
    rule: BOUNDARY,
    message: 'src/contracts may not import src/store',
  },
  'a workflow imports a part of Node': {
    file: 'src/workflows/node.ts',
    text: useOf('node:fs'),
    rule: BOUNDARY,
    message: 'no Node built-ins',
  },
  'a workflow imports an activity': {
    file: 'src/workflows/activity.ts',
    text: useOf('../activities/it.js'),
    rule: BOUNDARY,
    message: 'activity types only',
  },
  'a workflow imports what writes to the stream': {
    file: 'src/workflows/writer.ts',
    text: useOf('../stream/writer.js'),
    rule: BOUNDARY,
    message: 'the pure files of src/stream only',
  },
  'a workflow in a folder imports what writes to the stream': {
    file: 'src/workflows/game/writer.ts',
    text: useOf('../../stream/writer.js'),
    rule: BOUNDARY,
    message: 'the pure files of src/stream only',
  },
  'the composition imports another room': {
    file: 'video/domain.tsx',
    text: typeOf('../src/domain/it.js'),
    rule: BOUNDARY,
    message: 'video may not import other rooms',
  },
  'the composition imports a value of the contracts': {
    file: 'video/contracts.tsx',
    text: useOf('../src/contracts/it.js'),
    rule: BOUNDARY,
    message: 'types of the contracts only',
  },
  'a request waits for the disk': {
    file: 'src/api/disk.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const it = readFileSync('it');\n",
    rule: 'no-sync',
  },
  'nobody waits for a promise': {
    file: 'src/domain/floating.ts',
    text: 'export function start(work: () => Promise<void>): void {\n  work();\n}\n',
    rule: 'no-floating-promises',
  },
  'two files import values of each other': {
    file: 'src/domain/circle.ts',
    text: "import { that as other } from './circle-other.js';\nexport const it = () => other;\n",
    rule: 'no-cycle',
    message: 'Dependency cycle',
  },
  'two files import types of each other': {
    file: 'src/domain/type-circle.ts',
    text: "import type { Other } from './type-circle-other.js';\nexport type It = Other | 1;\n",
    rule: 'no-cycle',
    message: 'Dependency cycle',
  },
  'a comment switches off what finds nothing': {
    file: 'src/domain/comment.ts',
    text: '// oxlint-disable-next-line no-console -- why\nexport const it = 1;\n',
    rule: '',
    message: 'Unused',
  },
};

/** The other halves of circles; each is refused as well. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/domain/circle-other.ts': useOf('./circle.js'),
  'src/domain/type-circle-other.ts':
    "import type { It } from './type-circle.js';\nexport type Other = It[];\n",
};

/** What is next to the refused ones and may be. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/api/store.ts': typeOf('../store/it.js'),
  'src/domain/it.test.ts': typeOf('../../dev/it.js'),
  'src/workflows/activity-types.ts': typeOf('../activities/it.js'),
  'src/workflows/deep/stream.ts': typeOf('../../stream/stream-state.js'),
  'src/domain/disk.ts': "import { statSync } from 'node:fs';\nexport const it = statSync('it');\n",
  'video/contract-types.ts': typeOf('../src/contracts/it.js'),
};

/** The real configuration, over files that stand where rooms would have them. */
describe('npm run lint', () => {
  let folder: string;
  let findings: Finding[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-lint-'));
    for (const file of [CONFIG, 'package.json', 'tsconfig.json', 'scripts/rooms.json'])
      await cp(path.join(PROJECT_ROOT, file), path.join(folder, file));
    await symlink(path.join(PROJECT_ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    const refused = Object.values(REFUSED).map(({ file, text }) => [file, text] as const);
    for (const [file, text] of [
      ...refused,
      ...Object.entries(OTHERS),
      ...Object.entries(ALLOWED),
    ]) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    findings = await oxlint(folder, CONFIG);
  }, LIMIT_MS);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(Object.entries(REFUSED))('complains when %s', (_name, { file, rule, message = '' }) => {
    expect(findings.filter((found) => found.file === file)).toContainEqual({
      file,
      rule,
      message: expect.stringContaining(message) as string,
    });
  });

  it.each(Object.keys(ALLOWED))('says nothing of %s', (file) => {
    expect(findings.filter((found) => found.file === file)).toEqual([]);
  });
});
