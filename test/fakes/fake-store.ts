import { randomUUID } from 'node:crypto';
import type { PlaySummary } from '../../src/contracts/game/play.js';
import type { GameCard } from '../../src/contracts/media/publishing.js';
import {
  codeOf,
  message,
  render,
  type CodedMessage,
} from '../../src/contracts/messages/message.js';

/**
 * What the fake server knows: one user, projects with chat and versions, jobs with the frames they
 * sent.
 */
export const USER = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  aud: 'authenticated',
  role: 'authenticated',
  email: 'taro@example.com',
  app_metadata: {},
  user_metadata: { full_name: 'ゲーム太郎' },
  created_at: '2026-01-01T00:00:00Z',
};

export interface FakeVersion {
  id: string;
  number: number;
  message: string;
  timestamp: string;
  hash: string;
  ordinal: number;
  current: boolean;
  serial?: number;
  name?: string;
  isBookmarked?: boolean;
  play?: PlaySummary;
}

export interface FakeJob {
  id: string;
  user_id: string;
  project_id: string;
  status: string;
  progress: number;
  progress_message: string | null;
  result: string | null;
  error: string | null;
  steps: string[];
  trying?: object;
  created_at: string;
  updated_at: string;
}

export interface FakeLine extends Partial<CodedMessage> {
  role: 'user' | 'assistant' | 'system';
  content: string;
  timestamp: string;
  failure?: { error: string };
}

export interface FakeProject {
  id: string;
  name: string;
  description: string;
  isPublic: boolean;
  publication?: { visibility: string; isNewest: boolean; isTakenDown?: boolean } | null;
  imageUrl?: string | null;
  createdAt: string;
  updatedAt: string;
  html: string;
  history: FakeLine[];
  versions: FakeVersion[];
  pendingQuestion: unknown;
  lastFailure: { jobId: string; error: string; content: string } | null;
  job: FakeJob | null;
  /** Messages that wait. */
  queue?: { jobId: string; content: string }[];
  /** Null = the publish page was never opened. */
  draft: Record<string, unknown> | null;
  published: {
    gameId: string;
    revision: string;
    visibility: string;
    url: string;
    isNewest?: boolean;
  } | null;
  hasVideo: boolean;
  takenDown?: { reason: string; at: string } | null;
  /** Frames of the newest job, in order, for those who come back. */
  sent: Record<string, unknown>[];
}

export const GAME_HTML = (
  title: string,
) => `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>${title}</title><style>
html,body{margin:0;height:100%;background:radial-gradient(circle at 50% 20%,#27336b,#0a0d24)}
body{color:#fff;font-family:sans-serif;overflow:hidden}
h1{position:absolute;top:38%;width:100%;text-align:center;font-size:26px}
b{position:absolute;left:50%;bottom:16%;margin-left:-26px}
b{border:26px solid transparent;border-bottom:52px solid #ff3b30}
</style></head><body><h1>${title}</h1><b></b><script>
const loaded={type:'gameLoaded',success:true,errorCount:0,errors:[]};
addEventListener('load',function(){setTimeout(function(){parent.postMessage(loaded,'*')},500)});
</script></body></html>`;

export const BROKEN_HTML = `<!doctype html><html><head><meta charset="utf-8"></head>
<body style="background:#0a0d24"><script>
var errors=[{type:'error',message:'Uncaught ReferenceError: player is not defined',
file:'index.html',line:5,column:1,
stack:'ReferenceError: player is not defined\\n at update (index.html:5:1)'}];
parent.postMessage({type:'gameError',errors:errors},'*');
const loaded={type:'gameLoaded',success:false,errorCount:1,errors:errors};
addEventListener('load',function(){setTimeout(function(){parent.postMessage(loaded,'*')},500)});
</script></body></html>`;

export class FakeStore {
  readonly projects = new Map<string, FakeProject>();
  /** What everybody may play, newest first. */
  readonly games: GameCard[] = [];

  addProject(fields: Partial<FakeProject> = {}): FakeProject {
    const now = new Date().toISOString();
    const project: FakeProject = {
      id: randomUUID(),
      name: '新しいゲーム',
      description: '',
      isPublic: false,
      createdAt: now,
      updatedAt: now,
      html: GAME_HTML('ゲーム'),
      history: [],
      versions: [],
      pendingQuestion: null,
      lastFailure: null,
      job: null,
      draft: { title: fields.name ?? '新しいゲーム', tags: [], thumbnailUrl: null },
      published: null,
      hasVideo: false,
      sent: [],
      ...fields,
    };
    this.projects.set(project.id, project);
    return project;
  }

  emptyProject(): FakeProject | undefined {
    return [...this.projects.values()].find(
      ({ name, history, sent }) => name === '新しいゲーム' && history.length + sent.length === 0,
    );
  }

  /** A project with a played game: two answers, two versions, paired by time. */
  addGame(name: string): FakeProject {
    const project = this.addProject({ name, html: GAME_HTML(name) });
    this.addTurn(
      project,
      '2Dの宇宙シューティングを作って',
      '**宇宙シューティング**ができました！\n\n- 左右スワイプで移動\n\n- タップで発射\n\n提案: 敵の種類を増やす、BGMを付ける、ステージを追加する',
      -3_600_000,
    );
    this.addTurn(project, '敵を増やして', '敵を`3種類`に増やしました。', -1_800_000);
    return project;
  }

  /** A published game of somebody else. */
  addPublished(title: string): GameCard {
    const now = new Date().toISOString();
    const card: GameCard = {
      id: randomUUID(),
      projectId: null,
      title,
      description: '',
      howToPlay: '',
      tags: [],
      creator: '花子',
      visibility: 'public',
      remix: 'allowed',
      thumbnailUrl: null,
      playUrl: '/images/icon.svg',
      shareUrl: `/p/${this.games.length.toString().padStart(6, '2')}`,
      playCount: 3,
      likeCount: 1,
      liked: false,
      isOwner: false,
      remixOf: null,
      publishedAt: now,
      updatedAt: now,
    };
    this.games.push(card);
    return card;
  }

  addTurn(project: FakeProject, request: string, answer: string, offsetMs = 0): void {
    const at = (extraMs: number) => new Date(Date.now() + offsetMs + extraMs).toISOString();
    project.history.push(
      { role: 'user', content: request, timestamp: at(-20_000) },
      { role: 'assistant', content: answer, timestamp: at(1_000) },
    );
    this.addVersion(project, request, at(0));
  }

  /** As `makeRemix` leaves a project: one version, and one line that no user wrote. */
  addRemix(title: string): FakeProject {
    const project = this.addProject({ name: title });
    this.addVersion(project, `Remix of ${title}`);
    const line = message('REMIXED_FROM', { title });
    const timestamp = new Date().toISOString();
    project.history.push({ role: 'system', content: render(line), ...codeOf(line), timestamp });
    return project;
  }

  addVersion(
    project: FakeProject,
    message: string,
    timestamp = new Date().toISOString(),
  ): FakeVersion {
    const ordinal = (project.versions[0]?.ordinal ?? 0) + 1;
    const id = randomUUID().replaceAll('-', '').slice(0, 7);
    const version = { id, hash: id, number: 1, message, timestamp, ordinal, current: true };
    project.versions = [
      version,
      ...project.versions.map((older) => ({ ...older, number: older.number + 1, current: false })),
    ];
    return version;
  }

  summaries() {
    return [...this.projects.values()]
      .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
      .map(({ id, name, description, isPublic, publication, ...rest }) => ({
        id,
        name,
        description,
        isPublic,
        remixedFrom: null,
        publication,
        imageUrl: rest.imageUrl,
        createdAt: rest.createdAt,
        updatedAt: rest.updatedAt,
      }));
  }

  openJob(project: FakeProject, id: string = randomUUID()): FakeJob {
    const now = new Date().toISOString();
    project.job = {
      id,
      user_id: USER.id,
      project_id: project.id,
      status: 'pending',
      progress: 0,
      progress_message: null,
      result: null,
      error: null,
      steps: [],
      created_at: now,
      updated_at: now,
    };
    project.sent = [];
    return project.job;
  }
}
