import type { ProjectChange } from '../../src/store/tables/project-changes.js';

/** A project in which nothing has happened yet. */
export const changeOf = (id: string, changeNo: number): ProjectChange => ({
  id,
  changeNo,
  name: '名前',
  createdAt: '',
  updatedAt: '',
  jobs: [],
  lines: [],
  queue: [],
  restore: null,
  tuned: null,
  marks: [],
  publication: null,
});
