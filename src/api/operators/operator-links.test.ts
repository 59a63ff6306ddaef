import { expect, it } from 'vitest';
import { operatorLinks } from './operator-links.js';

const work = {
  workId: '6d0c43ce-0f0e-4e43-9d24-6a0b1b8a3d10',
  userId: 'a4b1f6f4-5f1e-4a52-8a53-0c1f6b1f0f11',
  projectId: '5f9a3a0e-7b8e-4a3f-8c28-c8a52d1f9b12',
  traceId: null,
};
const places = { PUBLIC_URL: 'https://games.example', namespace: 'studio' };

it('a job leads to its game, its stream, its story and its recordings', () => {
  const links = operatorLinks(
    { ...places, TEMPORAL_UI_URL: 'https://temporal.example' },
    { ...work, kind: 'generate' },
  );
  const { workId, projectId } = work;
  const workflows = 'https://temporal.example/namespaces/studio/workflows';
  expect(links).toContain(`[editor](https://games.example/project/${projectId})`);
  expect(links).toMatch(/\[play page\]\(https:\/\/games\.example\/play\/[0-9a-f-]{36}\)/);
  expect(links).toContain(`[stream/${workId}](${workflows}/stream%2F${workId})`);
  expect(links).toContain(`](https://games.example/ops?job=${workId})`);
  expect(links).toContain(`npx dreamcore show ${workId}`);
  expect(links).toContain(`npx dreamcore rerun ${workId} --recorded`);
});

it('where nobody knows the Temporal UI the stream is named; other work has none', () => {
  const named = operatorLinks(places, { ...work, kind: 'generate' });
  expect(named).toContain(`\`stream/${work.workId}\``);
  expect(operatorLinks(places, { ...work, kind: 'restore' })).not.toContain('stream');
  expect(operatorLinks(places, { ...work, kind: 'delete' })).not.toContain('/play/');
});

it('work that is traced leads to its trace; without a place for traces its id is told', () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const TRACE_URL_TEMPLATE = 'http://jaeger/trace/{traceId}';
  const traced = { ...work, kind: 'generate', traceId } as const;
  expect(operatorLinks({ ...places, TRACE_URL_TEMPLATE }, traced)).toContain(
    `- trace: [${traceId}](http://jaeger/trace/${traceId})`,
  );
  expect(operatorLinks(places, traced)).toContain(`- trace: \`${traceId}\``);
  const untraced = { ...traced, traceId: null };
  expect(operatorLinks({ ...places, TRACE_URL_TEMPLATE }, untraced)).not.toContain('trace');
});
