import { expect, it } from 'vitest';
import { projected, ProjectBrief, ProjectCopy, ProjectNews, ProjectSpec } from './projects.js';

const ROW = {
  id: 'p',
  user_id: 'u',
  name: '宇宙船',
  is_public: false,
  remixed_from: null,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-02T00:00:00Z',
  game_type: '2d',
  storage_path: null,
  pending_question: null,
};

it('N3: a projection of a row has the fields of its tag, under the names of clients', () => {
  expect(projected(ProjectBrief, ROW)).toEqual({
    id: 'p',
    name: '宇宙船',
    createdAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-02T00:00:00Z',
  });
  expect(projected(ProjectNews, ROW)).toEqual({ name: '宇宙船' });
  expect(projected(ProjectCopy, ROW)).toEqual({ name: '宇宙船' });
  expect(projected(ProjectSpec, ROW)).toEqual({});
});
