import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { messageOf } from '../../src/contracts/messages/message.js';
import { stepOf, type Step } from '../../src/contracts/messages/steps.js';
import { mainJob, type Frame, type Turn } from './fake-script.js';
import { USER, type FakeProject, type FakeStore } from './fake-store.js';

export type Script = (turn: Turn) => Promise<void> | void;

interface Client {
  readonly socket: WebSocket;
  projectId: string | null;
  signedIn: boolean;
}

export class FakeSockets {
  /** Frames received from the browser, newest last. */
  readonly received: Frame[] = [];
  script: Script = mainJob;
  /** Frames of these types are swallowed, as if the server had died over them. */
  readonly deafTo = new Set<string>();
  /** Answers instead of the ordinary one, by type. */
  readonly overrides = new Map<string, (frame: Frame) => Frame | null>();
  private readonly clients = new Set<Client>();
  private readonly server: WebSocketServer;
  private isOpen = true;

  constructor(
    http: Server,
    private readonly store: FakeStore,
    private readonly acceptsToken: (token: string) => boolean,
  ) {
    this.server = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      if (!this.isOpen) return socket.destroy();
      this.server.handleUpgrade(request, socket, head, (client) => this.greet(client));
    });
  }

  /** Cuts every connection, and refuses new ones until `comeBack`. */
  goAway(): void {
    this.isOpen = false;
    for (const { socket } of this.clients) socket.terminate();
  }

  comeBack(): void {
    this.isOpen = true;
  }

  /** As new, between two tests. */
  reset(): void {
    this.comeBack();
    this.received.length = 0;
    this.script = mainJob;
    this.deafTo.clear();
    this.overrides.clear();
  }

  close(): void {
    for (const { socket } of this.clients) socket.terminate();
    this.server.close();
  }

  lastOf(type: string): Frame | undefined {
    return this.received.findLast((frame) => frame.type === type);
  }

  /** To every page that has this project open. */
  push(projectId: string, frame: Frame): void {
    for (const client of this.clients)
      if (client.projectId === projectId) client.socket.send(JSON.stringify(frame));
  }

  private greet(socket: WebSocket): void {
    const client: Client = { socket, projectId: null, signedIn: false };
    this.clients.add(client);
    socket.on('close', () => this.clients.delete(client));
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString('utf8')) as Frame;
      this.received.push(frame);
      if (!this.deafTo.has(frame.type)) this.hear(client, frame);
    });
  }

  private hear(client: Client, frame: Frame): void {
    const reply = (answer: Frame) => client.socket.send(JSON.stringify(answer));
    const override = this.overrides.get(frame.type);
    if (override) {
      const answer = override(frame);
      if (answer) reply(answer);
      return;
    }
    const project = this.store.projects.get(
      typeof frame['projectId'] === 'string' ? frame['projectId'] : (client.projectId ?? ''),
    );
    switch (frame.type) {
      case 'ping':
        return reply({ type: 'pong' });
      case 'init':
        return this.init(client, frame, reply);
      case 'listProjects': {
        const { filter, query, after = null } = frame;
        return reply({ type: 'projectList', ...this.page(frame), filter, query, after });
      }
      case 'createProject': {
        const empty = frame['reuseEmpty'] === true ? this.store.emptyProject() : undefined;
        const made = empty ?? this.store.addProject();
        return reply({
          type: 'projectCreated',
          project: brief(made),
          projects: this.store.summaries(),
        });
      }
    }
    if (!project) return reply({ type: 'error', message: 'Access denied' });
    this.aboutProject(client, frame, project, reply);
  }

  private init(client: Client, frame: Frame, reply: (answer: Frame) => void): void {
    if (!this.acceptsToken(String(frame['access_token']))) {
      reply({ type: 'error', message: 'Token expired' });
      return client.socket.close(4001, 'Authentication failed');
    }
    client.signedIn = true;
    reply({ type: 'init', userId: USER.id, ...this.page({ limit: frame['limit'] }) });
  }

  /** Places in the list are numbers here. */
  private page({ limit, after, filter = 'all', query = '' }: Record<string, unknown>): object {
    const all = this.store.summaries();
    const found = all.filter(
      ({ name, isPublic }) =>
        name.includes(String(query)) && (filter === 'all' || (filter === 'public') === isPublic),
    );
    const from = Number(after ?? 0);
    const to = from + Number(limit ?? 30);
    return {
      projects: found.slice(from, to),
      next: to < found.length ? String(to) : null,
      counts: { all: all.length, public: all.filter(({ isPublic }) => isPublic).length },
    };
  }

  private aboutProject(
    client: Client,
    frame: Frame,
    project: FakeProject,
    reply: (answer: Frame) => void,
  ): void {
    switch (frame.type) {
      case 'selectProject':
        return this.select(client, frame, project, reply);
      case 'getHistory':
        return reply({
          type: 'historyPage',
          projectId: project.id,
          ...historyPage(project, Number(frame['before'])),
        });
      case 'renameProject':
        project.name = String(frame['name']);
        return reply({
          type: 'projectRenamed',
          project: brief(project),
          projects: this.store.summaries(),
        });
      case 'deleteProject':
        this.store.projects.delete(project.id);
        return reply({
          type: 'projectDeleted',
          projectId: project.id,
          projects: this.store.summaries(),
        });
      case 'getProjectInfo':
        return reply({ type: 'projectInfo', project: brief(project) });
      case 'getVersions':
        return reply({
          type: 'versionsList',
          projectId: project.id,
          versions: project.versions.filter(
            ({ isBookmarked }) => isBookmarked === true || frame['bookmarkedOnly'] !== true,
          ),
        });
      case 'markVersion':
        return this.mark(frame, project, reply);
      case 'getVersionEdits':
        return reply({
          type: 'versionEdits',
          projectId: project.id,
          versionHash: frame['versionHash'],
          ...(frame['since'] === undefined ? {} : { since: frame['since'] }),
          summary: '敵の種類を増やしました',
          edits: [
            {
              path: 'index.html',
              old_string: 'const enemies = 1;',
              new_string: 'const enemies = 3;\nspawn(enemies);',
            },
          ],
        });
      case 'restoreVersion':
        project.versions = project.versions.map((version) => ({
          ...version,
          current: version.id === frame['versionId'],
        }));
        project.history.push({
          role: 'system',
          content: `バージョン ${String(frame['versionId'])} に戻しました`,
          timestamp: new Date().toISOString(),
        });
        return reply({
          type: 'versionRestored',
          projectId: project.id,
          versionId: frame['versionId'],
        });
      case 'getJobStatus':
        return reply({ type: 'jobStatus', job: project.job });
      case 'cancel':
        return this.cancel(project, reply);
      case 'message':
        return void this.message(client, frame, project, reply);
    }
  }

  private mark(frame: Frame, project: FakeProject, reply: (answer: Frame) => void): void {
    const { versionId, name, isBookmarked } = frame;
    if (typeof name === 'string' && name.length > 60)
      return reply({ type: 'error', message: 'Invalid version name' });
    const version = project.versions.find(({ id }) => id === versionId);
    if (!version) return reply({ type: 'error', message: 'Version not found' });
    if (typeof name === 'string') version.name = name;
    if (typeof isBookmarked === 'boolean') version.isBookmarked = isBookmarked;
    if (version.name === '') delete version.name;
    reply({
      type: 'versionMarked',
      projectId: project.id,
      versionId,
      name: version.name ?? null,
      isBookmarked: version.isBookmarked === true,
    });
  }

  /** Without `since` nothing is replayed; with it, everything after that place. */
  private select(
    client: Client,
    frame: Frame,
    project: FakeProject,
    reply: (answer: Frame) => void,
  ): void {
    const { job } = project;
    const isActive = job !== null && ['pending', 'processing'].includes(job.status);
    const isLook = (project.pendingQuestion as { type?: string } | null)?.type === 'look';
    const { history, earlier } = historyPage(project, project.history.length);
    reply({
      type: 'projectSelected',
      projectId: project.id,
      history,
      ...(earlier !== null && { earlier }),
      versions: project.versions,
      activeJob: isActive ? job : null,
      pendingQuestion: isActive && !isLook ? null : project.pendingQuestion,
      project: brief(project),
      queue: project.queue ?? [],
      ...(project.lastFailure ? { lastFailure: project.lastFailure } : {}),
    });
    client.projectId = project.id;
    const since = frame['since'] as { jobId: string; attempt: number; seq: number } | undefined;
    if (!since || since.jobId !== job?.id) return;
    for (const sent of project.sent) {
      const attempt = Number(sent['attempt']);
      if (
        attempt > since.attempt ||
        (attempt === since.attempt && Number(sent['seq'] ?? 0) > since.seq)
      )
        reply(sent as Frame);
    }
  }

  private cancel(project: FakeProject, reply: (answer: Frame) => void): void {
    if (!project.job) return reply({ type: 'error', message: 'Access denied' });
    project.job.status = 'cancelled';
    this.push(project.id, { type: 'cancelled', job: project.job, jobId: project.job.id });
    reply({ type: 'cancelled', message: 'Job cancelled', jobId: project.job.id });
  }

  private async message(
    client: Client,
    frame: Frame,
    project: FakeProject,
    reply: (answer: Frame) => void,
  ): Promise<void> {
    let seq = 0;
    let lastAttempt = 0;
    await this.script({
      frame,
      content: String(frame['content']),
      project,
      store: this.store,
      reply,
      startJob: () => {
        project.pendingQuestion = null;
        project.history.push({
          role: 'user',
          content: String(frame['content']),
          timestamp: new Date().toISOString(),
        });
        const job = this.store.openJob(project);
        reply({ type: 'jobStarted', job, isExisting: false, jobId: job.id });
        client.projectId = project.id;
        return job;
      },
      emit: (out, attempt = 1) => {
        const { job } = project;
        if (!job || job.status === 'cancelled') return false;
        seq = attempt === lastAttempt ? seq + 1 : 1;
        lastAttempt = attempt;
        const said = messageOf(out['code'], out['params'], '');
        const step =
          out.type === 'progress' ? ((out['step'] as Step | undefined) ?? stepOf(said)) : null;
        if (step && job.steps.at(-1) !== step) job.steps.push(step);
        if (out.type === 'progress')
          Object.assign(job, {
            progress: out['progress'],
            progress_message: out['message'],
            progress_code: out['code'] ?? null,
            progress_params: out['params'] ?? null,
            status: 'processing',
          });
        const placed = {
          ...(step && { step }),
          ...out,
          jobId: job.id,
          attempt,
          ...(out.type !== 'streamReset' && { seq }),
        };
        project.sent.push(placed);
        this.push(project.id, placed);
        return true;
      },
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
  }
}

function brief({ id, name, createdAt, updatedAt }: FakeProject): object {
  return { id, name, createdAt, updatedAt };
}

/** Places in the history are numbers here. */
function historyPage(
  { history }: FakeProject,
  before: number,
): { history: FakeProject['history']; earlier: string | null } {
  const from = Math.max(0, before - 50);
  return { history: history.slice(from, before), earlier: from > 0 ? String(from) : null };
}
