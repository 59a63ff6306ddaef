import { readFileSync } from 'node:fs';

/** Room (a folder of src, or a tool beside it) → rooms it may import; tested: ARCHITECTURE.md. */
const ROOMS = JSON.parse(readFileSync(new URL('scripts/rooms.json', import.meta.url), 'utf8'));

/** The product never needs what developers and operators run beside it. */
const PRODUCT_ONLY = {
  regex: '^(\\.\\./)+(dev|tools)/',
  message: 'src may not import dev or tools.',
};

const folderOf = (room) => (room.startsWith('tools/') ? room : `src/${room}`);

/** Workflows replay: they see nothing that could answer otherwise the second time. */
const DETERMINISTIC = [
  {
    group: ['../**/stream/**', '!../**/stream/stream-state.js', '!../**/stream/reorder-buffer.js'],
    message: 'Workflows see the pure files of src/stream only.',
  },
  {
    regex: '^(\\.\\./)+activities/',
    allowTypeImports: true,
    message: 'Workflows see activity types only.',
  },
  {
    regex: '^node:|^(fs|path|os|crypto|http|https|net|child_process|worker_threads|timers)$',
    message: 'Workflows are deterministic: no Node built-ins.',
  },
];

const VIDEO_ONLY = [
  {
    regex: '^(\\.\\./)+src/contracts/',
    allowTypeImports: true,
    message: 'The composition sees types of the contracts only.',
  },
  {
    group: ['../**', '!../src/contracts/**'],
    message: 'video may not import other rooms (see ARCHITECTURE.md, boundaries).',
  },
];

const boundaries = Object.entries(ROOMS).map(([room, allowed]) => ({
  files: [`${folderOf(room)}/**/*.ts`],
  excludeFiles: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(ROOMS)
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+(src/)?${other}/`,
              message: `${folderOf(room)} may not import ${folderOf(other)} (see ARCHITECTURE.md).`,
            })),
          PRODUCT_ONLY,
          ...(room === 'workflows' ? DETERMINISTIC : []),
        ],
      },
    ],
  },
}));

const FUNCTION_LINES = ['error', { max: 60, skipBlankLines: true, skipComments: true }];

/** What is wrong in any TypeScript. Unused names are the type check's (noUnusedLocals). */
const CORRECT = [
  'no-array-constructor',
  'no-unused-expressions',
  'no-var',
  'prefer-const',
  'prefer-rest-params',
  'prefer-spread',
  'typescript/ban-ts-comment',
  'typescript/consistent-type-imports',
  'typescript/no-duplicate-enum-values',
  'typescript/no-empty-object-type',
  'typescript/no-explicit-any',
  'typescript/no-extra-non-null-assertion',
  'typescript/no-misused-new',
  'typescript/no-namespace',
  'typescript/no-non-null-asserted-optional-chain',
  'typescript/no-require-imports',
  'typescript/no-this-alias',
  'typescript/no-unnecessary-type-constraint',
  'typescript/no-unsafe-declaration-merging',
  'typescript/no-unsafe-function-type',
  'typescript/no-wrapper-object-types',
  'typescript/prefer-as-const',
  'typescript/prefer-namespace-keyword',
  'typescript/triple-slash-reference',
];

/** What only the types tell. */
const TYPED = [
  'typescript/await-thenable',
  'typescript/no-array-delete',
  'typescript/no-base-to-string',
  'typescript/no-duplicate-type-constituents',
  'typescript/no-floating-promises',
  'typescript/no-for-in-array',
  'typescript/no-implied-eval',
  'typescript/no-misused-promises',
  'typescript/no-redundant-type-constituents',
  'typescript/no-unnecessary-type-assertion',
  'typescript/no-unsafe-argument',
  'typescript/no-unsafe-assignment',
  'typescript/no-unsafe-call',
  'typescript/no-unsafe-enum-comparison',
  'typescript/no-unsafe-member-access',
  'typescript/no-unsafe-return',
  'typescript/no-unsafe-unary-minus',
  'typescript/only-throw-error',
  'typescript/prefer-promise-reject-errors',
  'typescript/restrict-plus-operands',
  'typescript/unbound-method',
];

export default {
  plugins: ['typescript', 'node', 'import'],
  // Nothing is on but what stands below.
  categories: { correctness: 'off' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: [
    'node_modules',
    '.data',
    '.tools',
    'dist',
    'modal/build',
    'test-results',
    'test/histories',
    'public/lib',
    'kit/released',
  ],
  overrides: [
    {
      files: ['**/*.{ts,tsx}'],
      rules: {
        ...Object.fromEntries([...CORRECT, ...TYPED].map((rule) => [rule, 'error'])),
        'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
        'max-lines-per-function': FUNCTION_LINES,
        complexity: ['error', 20],
        // Files of a circle cannot be understood, moved or started one by one; types count as well.
        'import/no-cycle': ['error', { ignoreTypes: false }],
        'no-console': 'error',
        'typescript/switch-exhaustiveness-check': [
          'error',
          { considerDefaultExhaustiveForUnions: true },
        ],
        'typescript/restrict-template-expressions': [
          'error',
          { allowNumber: true, allowBoolean: true },
        ],
      },
    },
    {
      // No synchronous I/O where requests are served. `planSync` is no I/O: it plans a sync.
      files: ['src/{api,activities,store}/**/*.ts'],
      rules: { 'node/no-sync': ['error', { ignores: ['planSync'] }] },
    },
    ...boundaries,
    {
      files: ['video/*.{ts,tsx}'],
      rules: { 'no-restricted-imports': ['error', { patterns: VIDEO_ONLY }] },
    },
    {
      files: ['kit/*.ts'],
      rules: {
        'no-restricted-imports': [
          'error',
          { patterns: [{ group: ['../**'], message: 'The kit stands alone: games load it.' }] },
        ],
      },
    },
    {
      files: ['**/*.test.ts', 'test/**/*.ts'],
      rules: {
        'max-lines-per-function': 'off',
        'max-lines': ['error', { max: 600, skipBlankLines: false, skipComments: false }],
      },
    },
    {
      files: ['public/**/*.js', 'oxlint.config.js'],
      rules: { 'max-lines': ['error', 400], 'max-lines-per-function': FUNCTION_LINES },
    },
  ],
};
