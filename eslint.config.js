import { readFileSync } from 'node:fs';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Room → rooms it may import. ARCHITECTURE.md shows the same table (tested). */
const ROOMS = JSON.parse(readFileSync(new URL('scripts/rooms.json', import.meta.url), 'utf8'));

/** The product never needs what developers run beside it. */
const PRODUCT_ONLY = { regex: '^(\\.\\./)+dev/', message: 'src may not import dev.' };

const boundaries = Object.entries(ROOMS).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(ROOMS)
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              message: `src/${room} may not import src/${other} (see ARCHITECTURE.md, boundaries).`,
            })),
          PRODUCT_ONLY,
          ...(room === 'workflows'
            ? [
                {
                  regex: '^(\\.\\./)+stream/(?!(stream-state|reorder-buffer)\\.js$)',
                  message: 'Workflows see the pure files of src/stream only.',
                },
                {
                  regex: '^(\\.\\./)+activities/',
                  allowTypeImports: true,
                  message: 'Workflows see activity types only.',
                },
                {
                  regex:
                    '^node:|' +
                    '^(fs|path|os|crypto|http|https|net|child_process|worker_threads|timers)$',
                  message: 'Workflows are deterministic: no Node built-ins.',
                },
              ]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      '.data',
      '.tools',
      'dist',
      'modal/build',
      'test-results',
      'test/histories',
      'public/lib',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
      globals: globals.node,
    },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 20],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      // The type check tells of them (noUnusedLocals, noUnusedParameters).
      '@typescript-eslint/no-unused-vars': 'off',
    },
  },
  {
    files: ['src/api/**/*.ts', 'src/activities/**/*.ts', 'src/store/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.name=/^(readFileSync|writeFileSync|existsSync|statSync|' +
            'readdirSync|execSync|execFileSync|spawnSync)$/]',
          message: 'No synchronous I/O where requests are served.',
        },
      ],
    },
  },
  ...boundaries,
  {
    files: ['video/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.\\./)+src/contracts/',
              allowTypeImports: true,
              message: 'The composition sees types of the contracts only.',
            },
            {
              regex: '^(\\.\\./)+(?!src/contracts/)',
              message: 'video may not import other rooms (see ARCHITECTURE.md, boundaries).',
            },
          ],
        },
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
    files: ['public/**/*.js', '*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
);
